/** The one line that hands events to pino, tried with pino itself. */
import { Writable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import pino from 'pino';
import { VirtualClock, circuitBreaker, constant, subscribe, withRetry } from '../../src/core.js';
import { RetryRequest } from '../../src/http/index.js';
import { scripted } from '../http/support/servers.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = Object.assign(new Error('boom'), { code: 'ECONNRESET' });

/** A logger, and the lines that it has written. */
function logger(): { readonly log: pino.Logger; readonly lines: () => Record<string, unknown>[] } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  const lines = (): Record<string, unknown>[] =>
    text
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  return { log: pino({ base: null, timestamp: false }, stream), lines };
}

describe('pino', () => {
  catchWarnings();

  it('is no function, so the option log says what to write for it', () => {
    const { log } = logger();

    expect(() => withRetry(() => 'pong', { log: log as never })).toThrow(
      'log must be false or a function (level, text, details); for a logger write log: (level, text) => logger[level](text); got a Pino.',
    );
    expect(() => withRetry(() => 'pong', { log: { info() {} } as never })).toThrow(
      'log must be false or a function (level, text, details); got {}.',
    );
  });

  bothDrivers((kind, play, finish) => {
    it(`${kind}: writes what the option log hands to it, at its level, without arguments`, async () => {
      const { log, lines } = logger();
      const clock = new VirtualClock();
      const ping = withRetry(play(boom), {
        log: (level, text, { name, tries, elapsed }) => log[level]({ name, tries, elapsed }, text),
        wait: constant('1200ms'),
        jitter: null,
        maxTries: 2,
        name: 'ping',
        clock,
      });

      await finish(clock, ping, 's3cret').catch(() => {});

      expect(lines()).toEqual([
        {
          level: 30,
          name: 'ping',
          tries: 1,
          elapsed: 0,
          msg: 'Backing off ping(...) for 1.2s (Error: boom)',
        },
        {
          level: 50,
          name: 'ping',
          tries: 2,
          elapsed: 1200,
          msg: 'Giving up ping(...) after 2 tries (Error: boom)',
        },
      ]);
      expect(JSON.stringify(lines())).not.toContain('s3cret');
    });

    it(`${kind}: writes what a handler hands to it`, async () => {
      const { log, lines } = logger();
      const clock = new VirtualClock();
      const ping = withRetry(play(boom, 'pong'), {
        onBackoff: ({ name, tries, wait, error }) => {
          log.warn({ name, tries, wait, err: error }, 'backing off');
        },
        wait: constant(5),
        jitter: null,
        name: 'ping',
        clock,
      });

      await finish(clock, ping, 's3cret');

      expect(lines()).toEqual([
        {
          level: 40,
          name: 'ping',
          tries: 1,
          wait: 5,
          err: expect.objectContaining({ type: 'Error', message: 'boom', code: 'ECONNRESET' }),
          msg: 'backing off',
        },
      ]);
      expect(JSON.stringify(lines())).not.toContain('s3cret');
    });
  });

  it('writes what happens to circuits all over the process', async () => {
    const { log, lines } = logger();
    const stop = subscribe(({ type, name }) => log.warn({ name }, type), {
      types: ['circuit:open', 'circuit:close'],
    });
    const breaker = circuitBreaker({ name: 'payments', consecutive: 1 });

    await breaker(async () => Promise.reject(boom))().catch(() => {});
    breaker.close();
    stop();

    expect(lines()).toEqual([
      { level: 40, name: 'payments', msg: 'circuit:open' },
      { level: 40, name: 'payments', msg: 'circuit:close' },
    ]);
  });

  it('writes the lines of HTTP calls, without credentials and queries', async () => {
    const { log, lines } = logger();
    const server = await scripted(503, 200);
    try {
      const { host } = new URL(server.url);
      const client = new RetryRequest({
        backoff: constant(1),
        log: (level, text, { tries }) => log[level]({ tries }, text),
      });

      await client.get(`http://ada:hunter2@${host}/users?token=s3cret`);

      expect(lines()).toEqual([
        { level: 30, tries: 1, msg: expect.stringContaining(`Backing off GET http://${host}/users for `) },
      ]);
      expect(JSON.stringify(lines())).not.toMatch(/ada|hunter2|s3cret/);
    } finally {
      await server.close();
    }
  });
});
