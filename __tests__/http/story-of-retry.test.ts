/**
 * The story of retry: six days in the life of a small service, each with one more thing that breaks.
 *
 * A front service (`GET /?p=PASSWORD&u=ID`) asks an internal one (`POST /ID`) for the name of a user. The options of
 * its client grow from day to day; `docs/story-of-retry.md` tells the same.
 */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from '@jest/globals';
import { Dispatcher } from 'undici';
import { VirtualClock } from '../../src/core.js';
import {
  type HttpBackoffDetails,
  type HttpError,
  type HttpResponse,
  RetrySession,
  type RetrySessionOptions,
  Session,
  TotalTimeoutError,
} from '../../src/http/index.js';
import { type Handler, type TestServer, closing, httpServer } from './support/servers.js';

const { open } = closing();

// ---- the services

const password = 'sesame';

/** What `GET /?p=...&u=...` of the front service answers, which asks the internal one by this session. */
function frontService(internal: RetrySession): Promise<TestServer> {
  return httpServer(async (request, response) => {
    const { searchParams } = new URL(request.url, 'http://front');
    if (searchParams.get('p') !== password) {
      response.writeHead(401).end();
      return;
    }
    try {
      const answer = await internal.post(`/${searchParams.get('u')}`);
      const text = await answer.text();
      if (text.includes('User not exists')) response.writeHead(404).end(text);
      else response.end(await answer.raiseForStatus().text());
    } catch (error) {
      response.writeHead(502).end(String(error));
    }
  });
}

interface Day {
  readonly internal: TestServer;
  /** What was said before each wait. */
  readonly warnings: readonly string[];
  /** Asks the front service. */
  ask(query?: string): Promise<HttpResponse>;
}

/** A day: the internal service as it is on this day, and the options of its client. */
async function day(
  internal: TestServer | Handler,
  options: RetrySessionOptions,
  onBackoff?: () => unknown,
): Promise<Day> {
  const server = await open(typeof internal === 'function' ? httpServer(internal) : internal);
  const warnings: string[] = [];
  const session = new RetrySession({
    baseUrl: server.url,
    ...options,
    onBackoff: (details) => {
      warnings.push(warningOf(details));
      return onBackoff?.();
    },
  });
  const front = await open(frontService(session));
  const user = await open(new Session({ baseUrl: front.url }));
  await open(session);
  return { internal: server, warnings, ask: (query = `p=${password}&u=7`) => user.get(`/?${query}`) };
}

function warningOf(details: HttpBackoffDetails): string {
  return `retrying because ${details.ok ? `the response is ${details.value.status}` : details.error.name}`;
}

/** Answers with the first of the statuses, the second ...; and then from the beginning. `undefined`: not at all. */
function inTurn(...statuses: readonly (number | undefined)[]): Handler {
  return (_request, response, n) => {
    const status = statuses[(n - 1) % statuses.length];
    if (status !== undefined) response.writeHead(status).end(status === 200 ? 'Ada' : '');
  };
}

// ---- the client

const plain: RetrySessionOptions = {};
const retrying: RetrySessionOptions = {
  retries: 5,
  allowedMethods: ['POST'],
  statusForcelist: [500],
  backoff: false,
};
const polite: RetrySessionOptions = {
  retries: 5,
  allowedMethods: ['POST'],
  statusForcelist: [500, 429],
  backoffFactor: 100,
};
const inTime: RetrySessionOptions = { ...polite, timeout: 30 };
const split: RetrySessionOptions = {
  allowedMethods: ['POST'],
  statusForcelist: [500, 429],
  timeout: [5, 25],
  retries: { total: 12, connect: 10, read: 2 },
  backoff: false,
};
const whole: RetrySessionOptions = {
  ...split,
  giveup: async (response) => (await response.text()).includes('User not exists'),
};

// ---- the days

describe('the story of retry', () => {
  describe('day 1: nothing breaks', () => {
    it('answers with the name', async () => {
      const { ask, internal, warnings } = await day(inTurn(200), plain);

      const response = await ask();

      expect([response.status, await response.text()]).toEqual([200, 'Ada']);
      expect(internal.requests.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /7']);
      expect(warnings).toEqual([]);
    });

    it('answers 401 to a wrong password, and asks nobody', async () => {
      const { ask, internal } = await day(inTurn(200), plain);

      const response = await ask('p=guess&u=7');

      expect(response.status).toBe(401);
      expect(() => response.raiseForStatus()).toThrow(/401 Client Error: Unauthorized/);
      expect(internal.requests).toHaveLength(0);
    });

    it('raises what the internal service says', async () => {
      const { ask, internal } = await day(inTurn(500), plain);

      const response = await ask();

      expect(response.status).toBe(502);
      expect(await response.text()).toContain('500 Server Error: Internal Server Error');
      expect(internal.requests).toHaveLength(1); // nobody has said that a POST may be repeated
    });
  });

  describe('day 2: the internal service answers 500 now and then', () => {
    it('warns three times, and gets through, three times out of three', async () => {
      const { ask, internal, warnings } = await day(inTurn(500, 500, 500, 200), retrying);

      const statuses = [(await ask()).status, (await ask()).status, (await ask()).status];

      expect(statuses).toEqual([200, 200, 200]);
      expect(warnings).toEqual(Array(9).fill('retrying because the response is 500'));
      expect(internal.requests).toHaveLength(12);
    });

    it('gives up after five retries', async () => {
      const { ask, internal, warnings } = await day(inTurn(500), retrying);

      expect((await ask()).status).toBe(502);
      expect(warnings).toHaveLength(5);
      expect(internal.requests).toHaveLength(6);
    });
  });

  describe('day 3: our retries exceed its limit', () => {
    /** Takes 100 requests a second, that is one every 10 ms, and 429 for what comes sooner; every other it takes fails. */
    const limited = (clock: VirtualClock): Handler => {
      let freeAt = -Infinity;
      let taken = 0;
      return (_request, response) => {
        const isFree = clock.now() >= freeAt;
        if (isFree) freeAt = clock.now() + 10;
        const status = isFree ? ((taken += 1) % 2 === 1 ? 500 : 200) : 429;
        response.writeHead(status).end(status === 200 ? 'Ada' : '');
      };
    };

    /** Three calls, one after the other, in a time that passes for nothing but the waits. */
    async function threeCalls(
      options: RetrySessionOptions,
    ): Promise<Day & { statuses: number[]; time: number }> {
      const clock = new VirtualClock();
      const today = await day(limited(clock), { ...options, clock, jitter: null, timeout: null });
      const statuses: number[] = [];
      for (let call = 0; call < 3; call++) {
        statuses.push((await clock.run(today.ask())).status);
        await clock.advance(10);
      }
      return { ...today, statuses, time: clock.now() };
    }

    it('fails while it retries at once, and makes more of the trouble', async () => {
      const { statuses, internal } = await threeCalls({ ...retrying, statusForcelist: [500, 429] });

      expect(statuses).toEqual([502, 200, 502]); // the second is the one that was spared the 500
      expect(internal.requests).toHaveLength(13);
    });

    it('waits 0, 200 and 400 ms, stays under the limit, and gets through, three times out of three', async () => {
      const { statuses, internal, warnings, time } = await threeCalls(polite);

      expect(statuses).toEqual([200, 200, 200]);
      expect(warnings.slice(0, 2)).toEqual([
        'retrying because the response is 500',
        'retrying because the response is 429',
      ]);
      expect(internal.requests).toHaveLength(9);
      expect((internal.requests.length / time) * 1000).toBeLessThan(100);
    });

    it('waits 0, 200, 400, 800, 1600 ms before the jitter', async () => {
      const clock = new VirtualClock();
      const server = await open(httpServer(inTurn(429)));
      const waits: number[] = [];
      const session = await open(
        new RetrySession({
          ...polite,
          clock,
          jitter: null,
          timeout: null,
          onBackoff: ({ wait }) => waits.push(wait),
        }),
      );

      const response = await clock.run(session.post(server.url));

      expect(response.status).toBe(429);
      expect(waits).toEqual([0, 200, 400, 800, 1600]);
    });
  });

  describe('day 4: some requests take seconds, and we have promised 100 ms', () => {
    it.each([
      ['as in the dialogue', 30],
      ['as in the original', 300],
    ])('warns twice that it timed out, and gets through (%s: %s ms)', async (_, timeout) => {
      const { ask, internal, warnings } = await day(inTurn(undefined, undefined, 200), {
        ...inTime,
        backoffFactor: 10, // of the waits of day 3 the test needs none
        timeout,
      });

      const response = await ask();

      expect([response.status, await response.text()]).toEqual([200, 'Ada']);
      expect(warnings).toEqual(Array(2).fill('retrying because ReadTimeoutError'));
      expect(internal.requests).toHaveLength(3);
      expect(response.elapsed).toBeLessThan(20 * (2 * timeout + 20));
    });
  });

  describe('day 5: some instances never accept a connection', () => {
    it('spends five connect retries and one read retry, and gets through (as in the original: 50 and 250 ms)', async () => {
      const { ask, warnings } = await dayOfDeafInstances(5, { ...split, timeout: [50, 250] });

      const response = await ask();

      expect([response.status, await response.text()]).toEqual([200, 'Ada']);
      expect(warnings).toEqual([
        ...Array(5).fill('retrying because ConnectTimeoutError'),
        'retrying because ReadTimeoutError',
      ]);
    });

    // A machine that is busy may miss 5 ms once more: ten retries are there for it.
    it('does so inside the promise (as in the dialogue: 5 and 25 ms)', async () => {
      const { ask, warnings, told } = await dayOfDeafInstances(5, split);

      const response = await ask();

      expect(response.status).toBe(200);
      const [connects, reads] = ['ConnectTimeoutError', 'ReadTimeoutError'].map(
        (name) => warnings.filter((warning) => warning.endsWith(name)).length,
      );
      expect(connects).toBeGreaterThanOrEqual(5);
      expect(connects).toBeLessThanOrEqual(10);
      expect(reads).toBeGreaterThanOrEqual(1);
      expect(told.timedOut).toBeLessThan(20 * 100);
    });

    it('counts the two kinds apart, so neither uses up the retries of the other', async () => {
      const clock = new VirtualClock();
      const session = (dispatcher: Dispatcher): RetrySession =>
        new RetrySession({ ...split, clock, dispatcher, circuitBreaker: false });

      const deaf = await clock.run(failureOf(session(new Stubborn('deaf')).post('http://internal/7')));
      const deafFor = clock.now();
      const mute = await clock.run(failureOf(session(new Stubborn('mute')).post('http://internal/7')));

      expect([deaf.name, deaf.attempts.length, deafFor]).toEqual(['ConnectTimeoutError', 10, 11 * 5]);
      expect([mute.name, mute.attempts.length, clock.now() - deafFor]).toEqual([
        'ReadTimeoutError',
        3,
        3 * 25,
      ]);
    });

    it('keeps the promise to the millisecond with a total, whatever is still to be tried', async () => {
      const clock = new VirtualClock();
      const session = new RetrySession({
        ...split,
        timeout: { connect: 5, read: 25, total: 100 },
        clock,
        dispatcher: new Stubborn('deaf', 10), // ten times 5 ms, and then 25 ms, twice
        circuitBreaker: false,
      });

      const error = await clock.run(failureOf(session.post('http://internal/7')));

      expect(error).toBeInstanceOf(TotalTimeoutError);
      expect(clock.now()).toBe(100);
    });
  });

  describe('day 6: a 500 that means "no such user"', () => {
    const noSuchUser: Handler = (_request, response) => void response.writeHead(500).end('User not exists.');

    it('reads the body, does not retry, and answers 404 with its text', async () => {
      const { ask, internal, warnings } = await day(noSuchUser, { ...whole, timeout: [500, 2500] });

      const response = await ask();

      expect([response.status, await response.text()]).toEqual([404, 'User not exists.']);
      expect(internal.requests).toHaveLength(1);
      expect(warnings).toEqual([]);
    });

    it('still retries every other 500', async () => {
      const { ask, internal, warnings } = await day(inTurn(500, 500, 200), {
        ...whole,
        timeout: [500, 2500],
      });

      expect((await ask()).status).toBe(200);
      expect(warnings).toHaveLength(2);
      expect(internal.requests).toHaveLength(3);
    });
  });
});

// ---- what does not answer

/** A day on which connections to the internal service hang, until so many have; then one request is not answered. */
async function dayOfDeafInstances(
  count: number,
  options: RetrySessionOptions,
): Promise<Day & { readonly told: { readonly timedOut: number } }> {
  const instance = await open(deafInstance());
  const told = { timedOut: 0 };
  let left = count;
  let startedAt = performance.now();
  const today = await day(instance, options, async () => {
    told.timedOut += performance.now() - startedAt;
    left -= 1;
    if (left === 0) await instance.wake();
    startedAt = performance.now();
  });
  return {
    ...today,
    told,
    ask: (query) => {
      startedAt = performance.now();
      return today.ask(query);
    },
  };
}

/** Listens, and accepts nothing until it is woken: its queue is full. Then its first request is not answered. */
async function deafInstance(): Promise<TestServer & { wake(): Promise<void> }> {
  const asleep = new Int32Array(new SharedArrayBuffer(4));
  const worker = new Worker(deafService, { eval: true, workerData: asleep });
  const [port] = (await once(worker, 'message')) as [number];
  const sockets = new Set<Socket>();
  for (let isFull = false; !isFull;) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    sockets.add(socket);
    isFull = !(await Promise.race([once(socket, 'connect').then(() => true), sleep(100, false)]));
  }
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    sockets,
    connections: 0,
    requests: [],
    async wake() {
      for (const socket of sockets) socket.destroy();
      const awake = once(worker, 'message');
      Atomics.store(asleep, 0, 1);
      Atomics.notify(asleep, 0);
      await awake;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await worker.terminate();
    },
  };
}

const deafService = `
  const { parentPort, workerData } = require('node:worker_threads');
  let requests = 0;
  const server = require('node:http').createServer((request, response) => {
    if (++requests > 1) response.end('Ada');
  });
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port);
    setImmediate(() => {
      Atomics.wait(workerData, 0, 0);
      setTimeout(() => parentPort.postMessage('awake'), 20); // by then the queue is empty
    });
  });
`;

/** Never connects (`deaf`), or so many times; else it connects, and never answers (`mute`). */
class Stubborn extends Dispatcher {
  #deaf: number;

  constructor(how: 'deaf' | 'mute', times = how === 'deaf' ? Infinity : 0) {
    super();
    this.#deaf = times;
  }

  override dispatch(_options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    if (this.#deaf > 0) this.#deaf -= 1;
    else handler.onRequestStart?.({ abort() {} } as never, {});
    return true;
  }
}

/** What a call fails with. */
function failureOf(call: Promise<unknown>): Promise<HttpError> {
  return call.then(
    () => {
      throw new Error('It was answered.');
    },
    (error: unknown) => error as HttpError,
  );
}
