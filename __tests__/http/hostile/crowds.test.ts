/**
 * Many calls at once, on origins that are dead or suffer: one decision, bounded memory, bounded retries.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, isRefusal } from '../../../src/core.js';
import { RetryRequest, type RetrySessionOptions } from '../../../src/http/index.js';
import { resources, leavesNothing } from '../support/residue.js';
import { nobody, scripted, silent, until } from '../support/servers.js';

const { open, session } = leavesNothing();

const codeOf = (error: unknown): unknown =>
  isRefusal(error) ? 'refused' : (error as { code?: unknown }).code;

async function count(calls: readonly Promise<unknown>[]): Promise<Record<string, number>> {
  const counts: Record<string, number> = {};
  const kindOf = (call: Promise<unknown>): Promise<unknown> =>
    call.then((value) => (value as { status: number }).status, codeOf);
  for (const kind of await Promise.all(calls.map(kindOf))) {
    counts[String(kind)] = (counts[String(kind)] ?? 0) + 1;
  }
  return counts;
}

describe('10,000 calls on a dead origin', () => {
  const all = { circuitBreaker: undefined, budget: undefined } satisfies RetrySessionOptions;

  it('one after the other: one decision, and twenty of them are sent', async () => {
    const { url } = await nobody();
    let opened = 0;
    let attempts = 0;
    const client = session({
      ...all,
      circuitBreaker: { openTime: '1h', onOpen: () => (opened += 1) },
      onAttempt: () => (attempts += 1),
    });

    const kinds: Record<string, number> = {};
    for (let n = 0; n < 10_000; n++) {
      const [kind] = Object.keys(await count([client.get(url)]));
      kinds[kind as string] = (kinds[kind as string] ?? 0) + 1;
    }

    expect(opened).toBe(1);
    expect(kinds['refused']).toBeGreaterThan(9980);
    expect(client.origins.get(url)?.circuit).toBe('open');
    expect(attempts).toBeLessThan(10_050);
  });

  it('at once: one decision, few retries, and nothing is left', async () => {
    const { url } = await nobody();
    let opened = 0;
    const client = session({
      ...all,
      circuitBreaker: { openTime: '1h', onOpen: () => (opened += 1) },
      backoff: { type: 'fixed', delay: 20 },
    });

    const counts = await count(Array.from({ length: 10_000 }, () => client.get(url)));
    const refused = await count(Array.from({ length: 10_000 }, () => client.get(url)));

    expect(opened).toBe(1);
    expect(counts).toEqual({ ERR_CONNECTION: 10_000 });
    expect(refused).toEqual({ refused: 10_000 });
  }, 60_000);

  it('wait with no timer each, and end together', async () => {
    const { url } = await nobody();
    const clock = new VirtualClock();
    const client = new RetryRequest({
      circuitBreaker: false,
      budget: false,
      clock,
      timeout: null,
      retries: 1,
      backoff: { type: 'fixed', delay: '1h' },
      jitter: null,
    });

    const calls = count(Array.from({ length: 2000 }, () => client.get(url)));
    await until(() => clock.pending === 2000, 20_000);
    const { Timeout = 0 } = resources();
    await clock.run(calls);

    expect(await calls).toEqual({ ERR_CONNECTION: 2000 });
    expect(clock.now()).toBe(3_600_000);
    expect(clock.pending).toBe(0);
    expect(Timeout).toBeLessThan(20);
  }, 60_000);
});

describe('a budget', () => {
  it('that is empty ends calls with what their first attempt brought', async () => {
    const server = await open(scripted({ status: 503, body: 'busy' }));
    const client = session({ circuitBreaker: false, budget: undefined, retries: 3 });

    const calls = Array.from({ length: 200 }, () => client.get(server.url));
    const counts = await count(calls);

    expect(counts).toEqual({ 503: 200 });
    expect(await (await calls[199]!).text()).toBe('busy');
    expect(server.requests.length).toBeLessThanOrEqual(200 + 100);
    expect(client.origins.get(server.url)?.budget?.level).toBeLessThan(2);
  });

  it('is one for each origin', async () => {
    const [one, other] = [await open(scripted(503)), await open(scripted(503))];
    const client = session({ circuitBreaker: false, budget: undefined });
    await count(Array.from({ length: 50 }, () => client.get(one.url)));

    const response = await client.get(other.url);

    expect(response.attempts).toHaveLength(4);
  });
});

describe('a circuit that opens during a backoff', () => {
  it('ends the call with the answer before it, with its body, unless that is large', async () => {
    const servers = [
      await open(scripted({ status: 503, body: 'last words' })),
      await open(scripted({ status: 503, body: 'x'.repeat(1_000_000) })),
    ];
    const client = session({ circuitBreaker: { consecutive: 2 }, retries: 5 });

    const [small, large] = await Promise.all(servers.map(({ url }) => client.get(url)));

    expect([small?.status, large?.status]).toEqual([503, 503]);
    expect(servers.map(({ requests }) => requests.length)).toEqual([2, 2]);
    expect(await small?.text()).toBe('last words');
    await expect(large?.text()).rejects.toThrow(/let go of/);
  });
});

describe('a server that is silent', () => {
  it('to 1,000 calls at once costs their time, and not more', async () => {
    const server = await open(silent());
    const client = session({ timeout: [5000, 200], retries: 0 });

    const counts = await count(Array.from({ length: 1000 }, () => client.get(server.url)));

    expect(counts).toEqual({ ERR_TIMEOUT: 1000 });
  });
});
