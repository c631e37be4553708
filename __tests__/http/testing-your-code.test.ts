/**
 * Users can test their code: undici's `MockAgent` in place of the network, a `VirtualClock` in place of time.
 */
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { MockAgent } from 'undici';
import { VirtualClock, isStampedeError } from '../../src/core.js';
import {
  ConnectionError,
  ReadTimeoutError,
  RetrySession,
  type RetrySessionOptions,
} from '../../src/http/index.js';

const origin = 'https://users.example';

/** The mock is given the bytes of a body, and would not find a text equal to them. */

describe('a session with a MockAgent and a VirtualClock', () => {
  let agent: MockAgent;
  let clock: VirtualClock;

  beforeEach(() => {
    agent = new MockAgent();
    agent.disableNetConnect();
    clock = new VirtualClock(Date.UTC(2026, 0, 1));
  });

  afterEach(async () => {
    agent.assertNoPendingInterceptors();
    await agent.close();
    expect(clock.pending).toBe(0);
  });

  const users = (options: RetrySessionOptions = {}): RetrySession =>
    new RetrySession({ baseUrl: origin, dispatcher: agent, clock, jitter: null, ...options });

  it('answers as the mock is told to', async () => {
    agent
      .get(origin)
      .intercept({ path: '/7', method: 'POST', query: { tag: 'red' }, body: '{"name":"Ada"}' })
      .reply(201, { id: 7 }, { headers: { 'content-type': 'application/json', 'set-cookie': 'id=7' } });
    const session = users();

    const response = await session.post('/7', { params: { tag: 'red' }, json: { name: 'Ada' } });

    expect([response.status, await response.json()]).toEqual([201, { id: 7 }]);
    expect(response.cookies).toEqual({ id: '7' });
  });

  it('waits two minutes for a 503 with Retry-After: 120, in no time', async () => {
    agent
      .get(origin)
      .intercept({ path: '/7' })
      .reply(503, 'busy', { headers: { 'retry-after': '120' } });
    agent.get(origin).intercept({ path: '/7' }).reply(200, 'Ada');
    const session = users({ maxRetryAfter: '5m', timeout: { total: '10m' } });
    const startedAt = clock.now();

    const response = await clock.run(session.get('/7'));

    expect(await response.text()).toBe('Ada');
    expect(clock.now() - startedAt).toBe(120_000);
    expect(response.attempts.map(({ status }) => status)).toEqual([503, 200]);
  });

  it('gives the 503 back at once where two minutes are more than it is told to wait', async () => {
    agent
      .get(origin)
      .intercept({ path: '/7' })
      .reply(503, 'busy', { headers: { 'retry-after': '120' } });
    const startedAt = clock.now();

    const response = await clock.run(users().get('/7'));

    expect([response.status, response.retryAfter, await response.text()]).toEqual([503, 120_000, 'busy']);
    expect(clock.now()).toBe(startedAt);
  });

  it('reads a date in Retry-After by the same clock', async () => {
    const at = new Date(clock.date() + 30_000).toUTCString();
    agent
      .get(origin)
      .intercept({ path: '/7' })
      .reply(429, '', { headers: { 'retry-after': at } });
    agent.get(origin).intercept({ path: '/7' }).reply(200, 'Ada');
    const startedAt = clock.now();

    await clock.run(users().get('/7'));

    expect(clock.now() - startedAt).toBe(30_000);
  });

  it('times out when the answer takes too long, and gets through when the next does not', async () => {
    agent.get(origin).intercept({ path: '/7' }).reply(200, 'late').delay(60_000);
    agent.get(origin).intercept({ path: '/7' }).reply(200, 'Ada');
    const startedAt = clock.now();

    const response = await clock.run(users({ timeout: '2s' }).get('/7'));

    expect(await response.text()).toBe('Ada');
    expect(clock.now() - startedAt).toBe(2100);
    expect(response.attempts[0]?.error).toBeInstanceOf(ReadTimeoutError);
  });

  // A delay of the mock is real time, before which all the time of a virtual clock may pass.
  it('may answer late by the same clock', async () => {
    const later = (time: number): Promise<string> =>
      new Promise((resolve) => {
        clock.schedule({ place: -1, unref: false, wake: () => resolve('Ada') }, time);
      });
    agent
      .get(origin)
      .intercept({ path: '/7' })
      .reply(200, () => later(500) as unknown as string);

    const response = await clock.run(users({ timeout: '2s' }).get('/7'));

    expect([await response.text(), response.elapsed, response.attempts.length]).toEqual(['Ada', 500, 1]);
  });

  it('rejects with the timeout when there are no retries', async () => {
    agent.get(origin).intercept({ path: '/7', method: 'POST' }).reply(200, 'late').delay(60_000);

    const error = await clock.run(
      users({ timeout: '2s' })
        .post('/7')
        .catch((reason: unknown) => reason),
    );

    expect(error).toBeInstanceOf(ReadTimeoutError); // sent, so a POST is not repeated
    expect((error as ReadTimeoutError).sent).toBe(true);
  });

  it('shows every answer of a poll among the attempts, the good ones too', async () => {
    for (const state of ['pending', 'pending', 'done'])
      agent.get(origin).intercept({ path: '/jobs/1' }).reply(200, { state });

    const response = await clock.run(
      users({
        retryWhen: async (_method, { response: answer }) => (await answer?.json())?.state === 'pending',
      }).get('/jobs/1'),
    );

    expect(await response.json()).toEqual({ state: 'done' });
    expect(response.attempts.map(({ tries, status }) => [tries, status])).toEqual([
      [1, 200],
      [2, 200],
      [3, 200],
    ]);
  });

  it('opens a circuit that fails, refuses, and recovers', async () => {
    const users7 = { path: '/7' };
    agent.get(origin).intercept(users7).reply(503).times(20);
    const session = users({ retries: false });
    for (let call = 0; call < 20; call++) await session.get('/7');
    expect(session.origins.get(origin)?.circuit).toBe('open');

    const refusal = await session.get('/7').catch((reason: unknown) => reason);
    expect(isStampedeError(refusal) && refusal.code).toBe('ERR_CIRCUIT_OPEN');

    agent.get(origin).intercept(users7).reply(200, 'Ada').persist();
    await clock.advance('10s');
    expect(await (await session.get('/7')).text()).toBe('Ada');
    expect(session.origins.get(origin)?.circuit).not.toBe('open');
    for (let turn = 0; turn < 20; turn++) {
      await clock.advance('5s');
      await session.get('/7').catch(() => undefined);
    }
    expect(session.origins.get(origin)?.circuit).toBe('closed');
  });

  it('retries a connection that is refused', async () => {
    const refused = Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' });
    agent.get(origin).intercept({ path: '/7', method: 'POST' }).replyWithError(refused);
    agent.get(origin).intercept({ path: '/7', method: 'POST' }).reply(200, 'Ada');

    const response = await clock.run(users().post('/7'));

    expect(await response.text()).toBe('Ada');
    expect(response.attempts[0]?.error).toBeInstanceOf(ConnectionError);
  });

  it('says at once which request nobody has mocked', async () => {
    const error = await users()
      .get('/8')
      .catch((reason: unknown) => reason);

    expect(error).toBeInstanceOf(ConnectionError);
    expect((error as Error).message).toMatch(
      /^GET https:\/\/users\.example\/8: Mock dispatch not matched for path '\/8'/,
    );
  });
});
