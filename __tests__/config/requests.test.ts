/**
 * What sessions start from when they are given nothing, and *Requests Stampede*'s own file before real servers.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { type HttpOptions, ConfigError, loadStampede, unloadStampede } from '../../src/config/index.js';
import { VirtualClock } from '../../src/core.js';
import { RetryRequest, RetrySession, horde } from '../../src/http/index.js';
import { closing, scripted } from '../http/support/servers.js';
import { folders } from './support/files.js';

const { make } = folders();
const { open } = closing();

afterEach(() => {
  unloadStampede();
});

function load(text: string): HttpOptions {
  return loadStampede({ cwd: make({ 'stampede.yml': text }) }).http();
}

/** The bounds of the waits: the most that jitter can leave of them. */
const atMost = (): number => 1 - Number.EPSILON;

/** How often a service that always answers 503 is asked, and after which waits. */
async function asked(
  options: HttpOptions,
  { replies = [503], more = {} }: { replies?: Parameters<typeof scripted>; more?: object } = {},
): Promise<{ readonly status: number; readonly sent: number; readonly waits: readonly number[] }> {
  const server = await open(scripted(...replies));
  const clock = new VirtualClock();
  const waits: number[] = [];
  const onBackoff = ({ wait }: { readonly wait: number }): void => {
    waits.push(Math.round(wait));
  };
  // Its limits of time would run on the same clock, which does not wait for a server.
  const session = new RetrySession({ ...options, timeout: null, clock, random: atMost, onBackoff, ...more });
  const response = await clock.run(session.get(server.url));
  await session.close();
  return { status: response.status, sent: server.requests.length, waits };
}

const itsReadme = `
retry_config:
  retry_enabled: true
  retry_policy:
    type: fixed
    attempts: 5
  backoff_enabled: true
  backoff_policy:
    type: fibonacci
    initial_delay: 0.0
    maximum_delay: 144.0
`;

describe("Requests Stampede's file", () => {
  it('sends its README example five times in all, with waits of up to 0, 1, 1, 2 s, and gives the last response', async () => {
    expect(await asked(load(itsReadme))).toEqual({ status: 503, sent: 5, waits: [0, 1000, 1000, 2000] });
  });

  it('has its defaults where a key is left out', async () => {
    expect(await asked(load('retry_config: {}'))).toEqual(await asked(load(itsReadme)));
  });

  it.each([
    ['one attempt', '{ retry_policy: { type: fixed, attempts: 1 } }', 1, []],
    ['retries that are off', '{ retry_enabled: false }', 1, []],
    ['no backoff', '{ backoff_enabled: false, retry_policy: { type: fixed, attempts: 3 } }', 3, [0, 0]],
    [
      'a fixed delay, in whole seconds',
      '{ retry_policy: { type: fixed, attempts: 3 }, backoff_policy: { type: fixed, delay: 2 } }',
      3,
      [2000, 2000],
    ],
    [
      'a fixed delay of its default',
      '{ retry_policy: { type: fixed, attempts: 2 }, backoff_policy: { type: fixed } }',
      2,
      [5000],
    ],
    [
      'Fibonacci from 3',
      '{ backoff_policy: { type: fibonacci, initial_delay: 3 } }',
      5,
      [3000, 4000, 7000, 11_000],
    ],
    [
      'Fibonacci with a cap',
      '{ backoff_policy: { type: fibonacci, initial_delay: 3, maximum_delay: 5.0 } }',
      5,
      [3000, 4000, 5000, 5000],
    ],
  ])('is taken by its word: %s', async (_, text, sent, waits) => {
    expect(await asked(load(`retry_config: ${text}`))).toEqual({ status: 503, sent, waits });
  });

  it('makes all its attempts, however long its delays are: only an attempt has a limit of time', () => {
    expect(load('retry_config: { backoff_policy: { type: fixed, delay: 100 } }').timeout).toEqual({
      total: Infinity,
    });
  });

  it('draws random delays between its bounds', async () => {
    const options = load(
      'retry_config: { backoff_policy: { type: random, minimum_delay: 3, maximum_delay: 15.0 } }',
    );

    const { waits } = await asked(options, { more: { random: Math.random } });

    expect(waits).toHaveLength(4);
    for (const wait of waits) expect([wait >= 3000, wait <= 15_000]).toEqual([true, true]);
  });

  it('makes its delays the longest waits: jitter is on', async () => {
    const options = load('retry_config: { backoff_policy: { type: fixed, delay: 2 } }');

    const { waits } = await asked(options, { more: { random: () => 0.25 } });

    expect(waits).toEqual([500, 500, 500, 500]);
  });

  it('heeds a server that asks for a wait, also without backoff', async () => {
    const options = load(
      'retry_config: { backoff_enabled: false, retry_policy: { type: fixed, attempts: 2 } }',
    );

    const { waits } = await asked(options, {
      replies: [{ status: 503, headers: { 'retry-after': '7' } }],
      more: { random: () => 0 },
    });

    expect(waits).toEqual([7000]);
  });

  it('asks for ever where it is infinite, past the time of a session, and ever more slowly', async () => {
    const options = load(
      'retry_config: { retry_policy: { type: infinite }, backoff_policy: { type: fixed, delay: 2 } }',
    );
    const failing = Array.from({ length: 300 }, () => 500);

    const { status, sent, waits } = await asked(options, {
      replies: [...failing, 200],
      more: { random: () => 0 },
    });

    expect([status, sent]).toEqual([200, 301]);
    expect(waits.slice(0, 50).every((wait) => wait === 0)).toBe(true);
    expect(waits.slice(-50).every((wait) => wait >= 2000)).toBe(true);
  });

  it('does not retry what our table does not: a 404', async () => {
    expect((await asked(load(itsReadme), { replies: [404] })).sent).toBe(1);
  });
});

describe('a session without arguments', () => {
  const faces = [
    ['RetrySession', () => new RetrySession()],
    ['RetryRequest', () => new RetryRequest()],
  ] as const;

  it.each(faces)('starts from the file that is loaded: %s', async (_, make) => {
    const server = await open(scripted(503));
    load('http: { retries: 4, backoff: false, headers: { x-from: file } }');

    const response = await make().get(server.url);

    expect([response.status, server.requests.length]).toEqual([503, 5]);
    expect(server.requests[0]?.headers['x-from']).toBe('file');
  });

  it.each([
    ['RetrySession', () => new RetrySession({})],
    ['RetryRequest', () => new RetryRequest({})],
  ] as const)('takes nothing from a file when it is given as little as {}: %s', async (_, make) => {
    const server = await open(scripted(200));
    load('http: { headers: { authorization: secret } }');

    await make().get(server.url);

    expect(server.requests[0]?.headers['authorization']).toBeUndefined();
  });

  it('joins both where the code says so', async () => {
    const server = await open(scripted(503));
    const options = load('http: { retries: 4, backoff: false }');

    await using session = new RetrySession({ ...options, baseUrl: server.url, retries: 1 });
    await session.get('/');

    expect(server.requests).toHaveLength(2);
  });

  it('sends once where the file has retries off', async () => {
    const server = await open(scripted(503));
    load('enabled: false');

    await using session = new RetrySession();
    await session.get(server.url);

    expect(server.requests).toHaveLength(1);
  });

  it('says what is wrong with a file when it is made, and horde with each request', async () => {
    const before = process.cwd();
    process.chdir(make({ 'stampede.yml': 'http: { retrys: 5 }' }));
    try {
      expect(() => new RetrySession()).toThrow(ConfigError);
      expect(() => new RetryRequest()).toThrow(ConfigError);
    } finally {
      process.chdir(before);
    }
    expect(horde).toBeInstanceOf(RetryRequest);
  });
});
