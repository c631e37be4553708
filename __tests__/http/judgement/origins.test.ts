import { describe, expect, it } from '@jest/globals';
import { CircuitOpenError, VirtualClock, circuitBreaker, retryBudget } from '../../../src/core.js';
import {
  ConnectTimeoutError,
  ConnectionError,
  DecodeError,
  ProtocolError,
  ReadTimeoutError,
  TotalTimeoutError,
} from '../../../src/http/http-errors.js';
import type { FailureFacts } from '../../../src/http/http-errors.js';
import { type OriginGuard, Origins } from '../../../src/http/judgement/origins.js';
import type { RetryHttpOptions } from '../../../src/http/judgement/retry-options.js';
import { checkRetryOptions } from '../../../src/http/judgement/retry-settings.js';

const name = { method: 'GET', url: 'https://a.test/' };
const broken = (facts: FailureFacts): Error => new ConnectionError(name, 'broken', facts);

const originsWith = (options: RetryHttpOptions = {}, most?: number): Origins =>
  new Origins(checkRetryOptions({ clock: new VirtualClock(), ...options }), most);

const guardWith = (options: RetryHttpOptions = {}): OriginGuard =>
  originsWith(options).of(new URL('https://a.test/users'));

/** Sends `ends` one after another: a status that is answered, or an error. @returns The state afterwards. */
async function send(
  { breaker }: OriginGuard,
  ends: readonly (number | Error)[],
): Promise<string | undefined> {
  for (const end of ends) {
    const attempt = async () => {
      if (typeof end !== 'number') throw end;
      return { status: end };
    };
    await breaker?.run(attempt).catch(() => {});
  }
  return breaker?.state;
}

const times = <T>(count: number, of: T): T[] => Array.from({ length: count }, () => of);

describe('the circuit of an origin', () => {
  it('opens when half of twenty calls have failed, and refuses at once', async () => {
    const guard = guardWith();

    expect(await send(guard, [...times(10, 200), ...times(9, 503)])).toBe('closed');
    expect(await send(guard, [503])).toBe('open');
    const refusal = await guard.breaker?.run(async () => 'sent').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(CircuitOpenError);
    expect((refusal as Error).message).toContain('"https://a.test" is open; nothing was sent');
    expect(guard.state.circuit).toBe('open');
  });

  it('waits for twenty calls, however many of them fail', async () => {
    expect(await send(guardWith(), times(19, 503))).toBe('closed');
    expect(await send(guardWith(), times(20, 503))).toBe('open');
  });

  it('counts the calls of half a minute', async () => {
    const clock = new VirtualClock();
    const guard = guardWith({ clock });
    await send(guard, times(19, 503));
    await clock.advance('60s');

    expect(await send(guard, [503])).toBe('closed');
  });

  it.each<[string, number | Error]>([
    ['a 500', 500],
    ['a 502', 502],
    ['a 503', 503],
    ['a 504', 504],
    ['a 529', 529],
    ['a refused connection', broken({ phase: 'queued', transportCode: 'ECONNREFUSED' })],
    ['a connect timeout', new ConnectTimeoutError(name, 5)],
    ['a read timeout', new ReadTimeoutError(name, 5, { phase: 'started' })],
    ['a total timeout', new TotalTimeoutError(name, 5, { phase: 'started' })],
    ['a reset after sending', broken({ phase: 'started', transportCode: 'ECONNRESET' })],
    ['a body that is cut', broken({ phase: 'body' })],
    ['an answer that is not HTTP', new ProtocolError(name, 'not HTTP', { phase: 'started' })],
  ])('takes %s for a failure', async (_, end) => {
    expect(await send(guardWith(), times(20, end))).toBe('open');
  });

  it.each([200, 204, 301, 400, 401, 404, 408, 409, 425, 429, 501, 505])(
    'takes a %i for a success: the service works',
    async (status) => {
      expect(await send(guardWith(), [...times(19, status), ...times(18, 503)])).toBe('closed');
      expect(await send(guardWith(), [...times(18, status), ...times(18, 503)])).toBe('open');
    },
  );

  it.each<[string, unknown]>([
    ['a certificate that is wrong', broken({ phase: 'queued', isPermanent: true })],
    ['a connection that was closed while it was idle', broken({ phase: 'started', isStale: true })],
    ['want of ports of our own', broken({ phase: 'queued', transportCode: 'EADDRNOTAVAIL' })],
    ['want of files of our own', broken({ phase: 'queued', transportCode: 'EMFILE' })],
    ['a body that is not what it says', new DecodeError(name, 'not gzip')],
    ['a bug', new TypeError('bug')],
    ['an abort', Object.assign(new Error('aborted'), { name: 'AbortError' })],
    ['a reason that is no error', 'gone'],
  ])('takes %s for neither', async (_, end) => {
    const guard = guardWith();
    await send(guard, times(18, 503));

    expect(await send(guard, times(30, end as Error))).toBe('closed');
    expect(await send(guard, [503, 503])).toBe('open');
  });

  it('takes a listed 5xx for a failure, a listed 4xx not', async () => {
    expect(await send(guardWith({ statusForcelist: [507] }), times(20, 507))).toBe('open');
    expect(await send(guardWith({ unsafeStatuses: [501] }), times(20, 501))).toBe('open');
    expect(await send(guardWith({ statusForcelist: [404] }), times(20, 404))).toBe('closed');
  });

  it('recovers by a probe', async () => {
    const clock = new VirtualClock();
    const guard = guardWith({ clock, circuitBreaker: { jitter: null, ramp: null } });
    await send(guard, times(20, 503));
    await clock.advance('6s');

    expect(await send(guard, [200])).toBe('closed');
  });

  it('takes options on top of the usual ones', async () => {
    const soon = guardWith({ circuitBreaker: { consecutive: 2 } });
    const small = guardWith({ circuitBreaker: { lastCalls: 4 } });
    const told: string[] = [];
    const heard = guardWith({
      circuitBreaker: { minCalls: 2, onOpen: ({ name: which }) => told.push(which), window: undefined },
    });

    expect(await send(soon, [503, 503])).toBe('open');
    expect(await send(small, [503, 503, 503, 503])).toBe('open');
    await send(heard, [503, 503]);
    expect(told).toEqual(['https://a.test']);
  });
});

describe('the budget of an origin', () => {
  it('holds ten retries at first, and earns a fifth of one with each success', async () => {
    const { budget } = guardWith();

    expect(times(11, 'value' as const).map((kind) => budget?.take(kind))).toEqual([
      ...times(10, true),
      false,
    ]);
    times(5, 0).forEach(() => budget?.earn());
    expect([budget?.take('value'), budget?.take('value')]).toEqual([true, false]);
  });

  it('holds at least the retries of one call, at the highest cost', () => {
    const level = (options: RetryHttpOptions): number | undefined => guardWith(options).state.budget?.level;

    expect(level({ retries: 20 })).toBe(40);
    expect(level({ retries: { connect: 10, read: 2 } })).toBe(30);
    expect(level({ retries: 20, budget: { cost: { error: 5 } } })).toBe(100);
    expect(level({ retries: Infinity })).toBe(100);
    expect(level({ retries: 20, budget: { maximum: 15 } })).toBe(15);
    expect(level({ budget: { maximum: 5 } })).toBe(5);
    expect(level({ budget: { minimum: 1 } })).toBe(1);
    expect(level({ budget: { minimum: undefined } })).toBe(10);
  });
});

describe('Origins', () => {
  it('keeps origins apart by scheme, host and port, and their paths together', () => {
    const origins = originsWith();
    const of = (url: string): OriginGuard => origins.of(new URL(url));

    expect(of('https://a.test/one')).toBe(of('https://A.test:443/two?x'));
    const others = ['https://a.test', 'http://a.test', 'https://a.test:8443', 'https://b.test'].map(of);
    expect(new Set(others).size).toBe(4);
    expect([...origins.states().keys()]).toContain('https://a.test:8443');
  });

  it('shares a breaker or a budget that is given', () => {
    const shared = { circuitBreaker: circuitBreaker(), budget: retryBudget() };
    const origins = originsWith(shared);

    for (const url of ['https://a.test', 'https://b.test']) {
      const { breaker, budget } = origins.of(new URL(url));
      expect(breaker).toBe(shared.circuitBreaker);
      expect(budget).toBe(shared.budget);
    }
  });

  it('does without what is switched off', () => {
    const guard = guardWith({ circuitBreaker: false, budget: false });

    expect([guard.breaker, guard.budget]).toEqual([undefined, undefined]);
    expect(guard.state).toEqual({ circuit: undefined, budget: undefined });
  });

  it('says nothing of a budget that does not tell', () => {
    const budget = { take: () => true, refund: () => {}, earn: () => {} };

    expect(guardWith({ budget }).state.budget).toBeUndefined();
  });

  it('remembers a bounded number; the least recently used goes first', () => {
    const origins = originsWith({}, 3);
    const of = (host: string): OriginGuard => origins.of(new URL(`https://${host}.test`));
    const [a, b] = [of('a'), of('b')];
    of('c');
    of('a');
    of('d');

    expect(origins.size).toBe(3);
    expect(of('a')).toBe(a);
    expect(of('b')).not.toBe(b);
  });

  it('lets one whose circuit is not closed go last', async () => {
    const origins = originsWith({}, 3);
    const of = (host: string): OriginGuard => origins.of(new URL(`https://${host}.test`));
    const open = of('open');
    await send(open, times(20, 503));
    for (const host of ['a', 'b', 'c', 'd', 'e']) of(host);

    expect(of('open')).toBe(open);
    expect(origins.size).toBe(3);
  });

  it('stays bounded when every circuit is open', async () => {
    const origins = originsWith({ circuitBreaker: { consecutive: 1 } }, 20);
    for (let host = 0; host < 100; host++) {
      await send(origins.of(new URL(`https://${host}.test`)), [503]);
    }

    expect(origins.size).toBe(20);
  });

  it.each([
    [{ circuitBreaker: true }, 'circuitBreaker must be false, an object of options, or a breaker to share'],
    [{ circuitBreaker: () => {} }, 'circuitBreaker must be'],
    [{ circuitBreaker: 5 }, 'circuitBreaker must be'],
    [{ circuitBreaker: { key: () => '' } }, 'circuitBreaker.key is not needed'],
    [{ circuitBreaker: { minCals: 5 } }, 'did you mean minCalls?'],
    [{ budget: true }, 'budget must be false, an object of options, or a budget to share'],
    [{ budget: 100 }, 'budget must be'],
    [{ budget: { ratio: 2 } }, 'ratio'],
    [{ budget: { ration: 0.5 } }, 'did you mean ratio?'],
  ])('refuses %j when it is made', (options, text) => {
    expect(() => originsWith(options as RetryHttpOptions)).toThrow(text);
  });
});
