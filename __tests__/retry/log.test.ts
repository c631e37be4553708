import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, fibo, onPredicate, withRetry } from '../../src/core.js';
import type { BackoffDetails, GiveUpDetails, LogLevel } from '../../src/core.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';
import { runInNode } from '../support/run-in-node.js';

const boom = new Error('boom');

describe('the option log', () => {
  const warnings = catchWarnings();

  bothDrivers((kind, play, finish) => {
    const logged = async (outcomes: unknown[], options: object): Promise<[LogLevel, string][]> => {
      const clock = new VirtualClock();
      const lines: [LogLevel, string][] = [];
      const log = (level: LogLevel, text: string): void => void lines.push([level, text]);
      const call = withRetry(play(...outcomes), { jitter: null, name: 'ping', clock, log, ...options });
      await finish(clock, call, 'secret').catch(() => {});
      return lines;
    };

    it(`${kind}: says when it backs off and when it gives up`, async () => {
      const lines = await logged([boom], { wait: constant(1200), maxTries: 3 });

      expect(lines).toEqual([
        ['info', 'Backing off ping(...) for 1.2s (Error: boom)'],
        ['info', 'Backing off ping(...) for 1.2s (Error: boom)'],
        ['error', 'Giving up ping(...) after 3 tries (Error: boom)'],
      ]);
    });

    it(`${kind}: says so of values as well, by their shape alone`, async () => {
      const lines = await logged([{ jobs: 0 }], { predicate: () => true, wait: constant(80), maxTries: 2 });

      expect(lines).toEqual([
        ['info', 'Backing off ping(...) for 80ms (an object)'],
        ['error', 'Giving up ping(...) after 2 tries (an object)'],
      ]);
    });

    it(`${kind}: does not call it an error when giveup said so`, async () => {
      const lines = await logged([boom], { giveup: () => true });

      expect(lines).toEqual([['info', 'Giving up ping(...) after 1 try (Error: boom)']]);
    });

    it.each([
      ['maxTries', { maxTries: 1 }],
      ['maxTime', { maxTime: 0 }],
      ['waits', { wait: constant([]) }],
      ['budget', { budget: { take: () => false, refund() {}, earn() {} } }],
    ])(`${kind}: calls it an error when %s ends the retry`, async (_reason, options) => {
      const lines = await logged([boom], options);

      expect(lines.map(([level]) => level)).toEqual(['error']);
    });

    it(`${kind}: never tells the arguments`, async () => {
      const lines = await logged([boom], { maxTries: 3 });

      expect(JSON.stringify(lines)).not.toContain('secret');
    });

    it(`${kind}: says nothing of a success or of an error that passes through`, async () => {
      const lines = [...(await logged(['pong'], {})), ...(await logged([boom], { errors: TypeError }))];

      expect(lines).toEqual([]);
    });

    it(`${kind}: gets the details of the event`, async () => {
      const clock = new VirtualClock();
      const seen: object[] = [];
      const log = (_level: LogLevel, _text: string, details: BackoffDetails | GiveUpDetails): void =>
        void seen.push(details);

      await finish(
        clock,
        withRetry(play(boom), { wait: constant(5), jitter: null, maxTries: 2, clock, log }),
      ).catch(() => {});

      expect(seen).toMatchObject([
        { event: 'backoff', error: boom, wait: 5, tries: 1 },
        { event: 'giveup', error: boom, reason: 'maxTries', tries: 2 },
      ]);
      expect(seen.every(Object.isFrozen)).toBe(true);
    });

    it.each<[string, () => any]>([
      [
        'throws',
        () => {
          throw new TypeError('my log');
        },
      ],
      ['rejects', () => Promise.reject(new TypeError('my log'))],
    ])(`${kind}: changes nothing when it %s, and is warned of once`, async (_fault, faulty) => {
      const clock = new VirtualClock();
      const log = (): void => faulty();

      const answer = await finish(
        clock,
        withRetry(play(boom, boom, 'pong'), { wait: constant(1), clock, log }),
      );
      await clock.advance(1);

      expect(answer).toBe('pong');
      expect(warnings.codes.filter((code) => code !== 'STAMPEDE_BLOCKING')).toHaveLength(1);
    });

    it.each([
      ['undefined', undefined],
      ['null', null],
      ['a string', 'just text'],
      ['a symbol', Symbol('s')],
      ['an object without a prototype', Object.create(null)],
      ['a revoked Proxy', revoked()],
      ['a Proxy that throws', hostile()],
      ['an error whose message throws', errorWithThrowingMessage()],
    ])(`${kind}: survives %s being thrown`, async (_what, value) => {
      const lines = await logged([thrown(value)], { maxTries: 2 });

      expect(lines.map(([level]) => level)).toEqual(['info', 'error']);
    });

    it(`${kind}: survives a value that cannot be shown`, async () => {
      const circular: Record<string, unknown> = {};
      circular['self'] = circular;
      const clock = new VirtualClock();
      const lines: string[] = [];
      const log = (_level: LogLevel, text: string): void => void lines.push(text);

      const answer = await finish(
        clock,
        onPredicate(fibo, () => true, { maxTries: 1, clock, log })(play(circular)),
      );

      expect(answer).toBe(circular);
      expect(lines).toHaveLength(1);
    });

    it(`${kind}: writes nothing when it is false`, async () => {
      const clock = new VirtualClock();

      const answer = await finish(
        clock,
        withRetry(play(boom, 'pong'), { wait: constant(1), clock, log: false }),
      );

      expect(answer).toBe('pong');
    });
  });

  it('is the package debug where nothing else is said, silent until DEBUG asks for it', async () => {
    const program = `
      const ping = stampede.withRetry(() => { throw new Error('boom'); }, { name: 'ping', maxTries: 2, mode: 'sync', wait: stampede.constant(0) });
      try { ping(); } catch {}
    `;

    const silent = await runInNode(program);
    const loud = await runInNode(`process.env.DEBUG = 'stampede:*';${program}`);

    expect(silent.stderr).toBe('');
    expect(loud.stderr).toMatch(/stampede:retry Backing off ping\(\.\.\.\) for 0ms \(Error: boom\)/);
    expect(loud.stderr).toMatch(/stampede:retry Giving up ping\(\.\.\.\) after 2 tries \(Error: boom\)/);
  });
});

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

function hostile(): object {
  const trap = (): never => {
    throw new Error('hands off');
  };
  return new Proxy(
    {},
    { get: trap, has: trap, getPrototypeOf: trap, ownKeys: trap, getOwnPropertyDescriptor: trap },
  );
}

function errorWithThrowingMessage(): Error {
  return Object.defineProperty(new Error(), 'message', {
    get() {
      throw new Error('no message for you');
    },
  });
}
