import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  VirtualClock,
  compose,
  constant,
  onException,
  onPredicate,
  retry,
  retryPolicyOf,
  withRetry,
} from '../../src/core.js';
import type { Retry } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

describe('compose', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    /** A retry that notes when it backs off. */
    const noting = (told: string[], name: string, maxTries: number, clock: VirtualClock): Retry =>
      retry({ wait: constant(10), jitter: null, maxTries, clock, onBackoff: () => told.push(name) });

    it(`${kind}: puts the first policy outermost`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const composed = compose(noting(told, 'outer', 2, clock), noting(told, 'inner', 3, clock));

      await finish(clock, composed(play(boom))).catch(() => {});

      expect(told).toEqual(['inner', 'inner', 'outer', 'inner', 'inner']);
    });

    it(`${kind}: does the same as wrapping by hand`, async () => {
      const clock = new VirtualClock();
      const told: [string[], string[]] = [[], []];
      const scripts = [play(boom), play(boom)] as const;
      const composed = compose(
        noting(told[0], 'a', 2, clock),
        noting(told[0], 'b', 2, clock),
        noting(told[0], 'c', 2, clock),
      );
      const byHand = [
        noting(told[1], 'c', 2, clock),
        noting(told[1], 'b', 2, clock),
        noting(told[1], 'a', 2, clock),
      ];

      await finish(clock, composed(scripts[0])).catch(() => {});
      await finish(
        clock,
        byHand.reduce((fn, policy) => policy(fn), scripts[1]),
      ).catch(() => {});

      expect(told[0]).toEqual(told[1]);
      expect([scripts[0].calls, scripts[1].calls]).toEqual([8, 8]);
    });

    it(`${kind}: joins different kinds of retry`, async () => {
      const clock = new VirtualClock();
      const script = play(0, boom, 0, 'pong');
      const wait = constant(1);
      const composed = compose(onPredicate(wait, undefined, { clock }), onException(wait, Error, { clock }));

      expect(await finish(clock, composed(script))).toBe('pong');
      expect(script.calls).toBe(4);
    });

    it(`${kind}: makes one call now with run, and gives it the context`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const tries: number[] = [];
      const script = play(boom, 'pong');
      const composed = compose(noting(told, 'outer', 2, clock), noting(told, 'inner', 2, clock));

      const answer = await finish(clock, () =>
        composed.run((context) => {
          tries.push(context.tries);
          return script() as unknown;
        }),
      );

      expect(answer).toBe('pong');
      expect([tries, told]).toEqual([[1, 2], ['inner']]);
    });

    it(`${kind}: can be composed again`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const inner = compose(noting(told, 'b', 2, clock), noting(told, 'c', 2, clock));

      await finish(clock, compose(noting(told, 'a', 2, clock), inner)(play(boom))).catch(() => {});

      expect(told).toEqual(['c', 'b', 'c', 'a', 'c', 'b', 'c']);
    });

    it(`${kind}: of a single policy is that policy, and of none changes nothing`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];

      const answers = [
        await finish(clock, compose(noting(told, 'only', 2, clock))(play(boom, 'pong'))),
        await finish(clock, compose()(play('pong'))),
      ];

      expect(answers).toEqual(['pong', 'pong']);
      expect(told).toEqual(['only']);
    });

    it(`${kind}: holds no state of a call, so it may wrap many functions`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const composed = compose(noting(told, 'outer', 2, clock), noting(told, 'inner', 2, clock));
      const [first, second] = [play(boom), play(boom)];

      await finish(clock, composed(first)).catch(() => {});
      await finish(clock, composed(second)).catch(() => {});

      expect([first.calls, second.calls]).toEqual([4, 4]);
    });
  });

  it('keeps name, length, own properties and this', () => {
    const fn = Object.assign(
      function ping(this: { greeting: string }, _a: number, _b: string) {
        return this.greeting;
      },
      { version: 2 },
    );

    const composed = compose(retry(), retry())(fn);

    expect([composed.name, composed.length, composed.version]).toEqual(['ping', 2, 2]);
    expect(composed.call({ greeting: 'pong' }, 1, '')).toBe('pong');
  });

  it('shows the policy of the outermost retry', () => {
    const composed = compose(retry({ maxTries: 5 }), retry({ maxTries: 3 }));

    expect(retryPolicyOf(composed(() => {}))).toMatchObject({ maxTries: 5 });
  });

  it('shows the policy of the outermost retry around a function that is retried already', () => {
    const retried = withRetry(() => {}, { maxTries: 2 });

    expect(retryPolicyOf(compose(retry({ maxTries: 5 }))(retried))).toMatchObject({ maxTries: 5 });
  });

  it('hands run of no policies a context too', () => {
    expect(compose().run(({ tries }) => tries)).toBe(1);
  });

  it('decorates methods', () => {
    const clock = new VirtualClock();
    let calls = 0;
    class Api {
      @compose(retry({ wait: constant(1), clock }), retry({ wait: constant(1), maxTries: 2, clock }))
      ping(): string {
        if ((calls += 1) < 4) throw boom;
        return 'pong';
      }
    }

    expect(new Api().ping()).toBe('pong');
    expect(calls).toBe(4);
  });

  it.each([[null], [undefined], [{}], ['retry'], [5]])('refuses what is no policy: %p', (wrong) => {
    expect(() => compose(retry(), wrong as never)).toThrow(OptionError);
  });

  it.each([
    ['a class', class {}],
    ['a generator function', function* () {}],
    ['no function', 5],
  ])('refuses to wrap %s', (_what, wrong) => {
    expect(() => compose(retry())(wrong as never)).toThrow(TypeError);
  });
});
