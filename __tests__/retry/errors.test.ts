import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  RefusalError,
  StampedeError,
  TimeoutError,
  VirtualClock,
  constant,
  onException,
  withRetry,
} from '../../src/core.js';
import { bothDrivers, thrown } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

class HttpError extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}
class TooManyRequests extends HttpError {
  constructor() {
    super(429);
  }
}

/** A refusal as a circuit breaker gives it. */
class Refused extends RefusalError {
  constructor(readonly after: number | undefined) {
    super('ERR_REFUSED', 'Nothing was sent.');
  }

  override get retryAfter(): number | undefined {
    return this.after;
  }
}

describe('the option errors', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    const triesFor = async (errors: unknown, error: unknown): Promise<number> => {
      const clock = new VirtualClock();
      const script = play({ thrown: error });
      const call = withRetry(script, {
        errors: errors as typeof Error,
        wait: constant(1),
        maxTries: 2,
        clock,
      });
      await expect(finish(clock, call)).rejects.toBe(error);
      return script.calls;
    };

    it.each([
      ['a class', HttpError, new HttpError(500), 2],
      ['a subclass of a class', HttpError, new TooManyRequests(), 2],
      ['another class', TooManyRequests, new HttpError(500), 1],
      ['the class of all errors', Error, new TypeError('any'), 2],
      ['a test that passes', (error: unknown) => error === 'pardon', 'pardon', 2],
      ['a test that does not pass', (error: unknown) => error === 'pardon', 'never', 1],
      [
        'a type guard',
        (error: unknown): error is HttpError => error instanceof HttpError,
        new HttpError(500),
        2,
      ],
      ['a list whose class matches', [RangeError, HttpError], new HttpError(500), 2],
      [
        'a list whose test matches',
        [RangeError, (error: HttpError) => error.status === 500],
        new HttpError(500),
        2,
      ],
      ['a list of which none matches', [RangeError, TypeError], new HttpError(500), 1],
      ['an abstract class', StampedeError, new TimeoutError('ping', 5), 2],
      ['nothing, so any error', undefined, 'a string', 2],
      ['nothing, and a time-out of ours', undefined, new TimeoutError('ping', 5), 2],
    ])(`${kind}: for %s an error is retried or passes`, async (_form, errors, error, tries) => {
      expect(await triesFor(errors, error)).toBe(tries);
    });

    it.each([
      ['nothing is listed', undefined],
      ['all errors are listed', Error],
      ['the errors of Stampede are listed', StampedeError],
      ['a test would take it', () => true],
    ])(`${kind}: never retries an OptionError, even when %s`, async (_case, errors) => {
      expect(await triesFor(errors, new OptionError('wait', 5, 'must make waits'))).toBe(1);
    });

    it.each([
      ['nothing is listed', undefined],
      ['only Error is listed', Error],
      ['an unrelated test says no', () => false],
    ])(`${kind}: ends at once on a refusal when %s`, async (_case, errors) => {
      expect(await triesFor(errors, new Refused(10))).toBe(1);
    });

    it.each([
      ['its class', Refused],
      ['the class of refusals', RefusalError],
      ['the errors of Stampede', StampedeError],
      ['a test that takes it', (error: unknown) => error instanceof Refused],
      ['a list with its class', [TypeError, Refused]],
    ])(
      `${kind}: retries a refusal that is listed by %s, after its retryAfter at least`,
      async (_form, errors) => {
        const clock = new VirtualClock();
        const call = withRetry(play(new Refused(700), 'pong'), {
          errors,
          wait: constant(100),
          jitter: null,
          clock,
        });

        const answer = await finish(clock, call);

        expect(answer).toBe('pong');
        expect(clock.now()).toBe(700);
      },
    );

    it(`${kind}: waits its own time for a listed refusal that names none`, async () => {
      const clock = new VirtualClock();
      const call = withRetry(play(new Refused(undefined), 'pong'), {
        errors: Refused,
        wait: constant(100),
        jitter: null,
        clock,
      });

      await finish(clock, call);

      expect(clock.now()).toBe(100);
    });

    it.each([
      ['is no number', () => NaN],
      [
        'cannot be read',
        (): never => {
          throw new Error('no answer');
        },
      ],
    ])(`${kind}: waits its own time for a listed refusal whose retryAfter %s`, async (_case, get) => {
      const clock = new VirtualClock();
      const refused = Object.defineProperty(new Refused(0), 'retryAfter', { get });
      const call = withRetry(play(refused, 'pong'), {
        errors: Refused,
        wait: constant(100),
        jitter: null,
        clock,
      });

      const answer = await finish(clock, call);

      expect([answer, clock.now()]).toEqual(['pong', 100]);
    });

    it(`${kind}: gives up on a listed refusal whose retryAfter does not fit into maxTime`, async () => {
      const clock = new VirtualClock();
      const refused = new Refused(700);
      const script = play(refused);
      const call = withRetry(script, { errors: Refused, wait: constant(100), maxTime: 699, clock });

      const end = finish(clock, call);

      await expect(end).rejects.toBe(refused);
      expect([script.calls, clock.now()]).toEqual([1, 0]);
    });

    it(`${kind}: tells a test of the call`, async () => {
      const clock = new VirtualClock();
      const seen: unknown[] = [];
      const test = (error: unknown, details: { tries: number; args: readonly unknown[] }): boolean => {
        seen.push(error, details.tries, details.args);
        return false;
      };
      const error = new HttpError(500);

      await finish(clock, withRetry(play(error), { errors: test, clock }), 'x').catch(() => {});

      expect(seen).toEqual([error, 1, ['x']]);
    });

    it(`${kind}: lets an error that nothing matches pass untouched, without onGiveup`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const error = new TypeError('mine');
      const call = onException(constant(1), HttpError, {
        clock,
        onGiveup: () => told.push('giveup'),
        onBackoff: () => told.push('backoff'),
      })(play(error));

      const end = finish(clock, call);

      await expect(end).rejects.toBe(error);
      expect(told).toEqual([]);
    });

    it(`${kind}: does not retry values unless a predicate is given`, async () => {
      const clock = new VirtualClock();
      const script = play(undefined, 'pong');

      const answer = await finish(clock, withRetry(script, { clock }));

      expect(answer).toBeUndefined();
      expect(script.calls).toBe(1);
    });

    it(`${kind}: counts an AbortError of the function's own as an ordinary error`, async () => {
      const clock = new VirtualClock();
      const script = play(thrown(new DOMException('aborted', 'AbortError')), 'pong');

      const answer = await finish(clock, withRetry(script, { wait: constant(1), clock }));

      expect(answer).toBe('pong');
    });

    it(`${kind}: refuses a promise from a test, with the error as cause`, async () => {
      const clock = new VirtualClock();
      const error = new HttpError(500);
      const errors = (async () => true) as never;

      const end = finish(clock, withRetry(play(error), { errors, clock }));

      await expect(end).rejects.toMatchObject({ code: 'ERR_OPTION', option: 'errors', cause: error });
    });
  });
});
