import { describe, expect, it } from '@jest/globals';
import {
  VirtualClock,
  constant,
  currentCall,
  expo,
  onException,
  onPredicate,
  retry,
  retryPolicyOf,
  withRetry,
} from '../../src/core.js';
import type { CallContext, CallDetails } from '../../src/core.js';
import { bothDrivers } from '../support/both-drivers.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');
const wait = constant(10);

describe('retry().run', () => {
  catchWarnings();

  bothDrivers((kind, play, finish, make) => {
    it(`${kind}: makes one call now, under the policy`, async () => {
      const clock = new VirtualClock();
      const script = play(boom, boom, 'pong');

      const answer = await finish(clock, () => retry({ wait, jitter: null, clock }).run(script));

      expect(answer).toBe('pong');
      expect([script.calls, clock.now()]).toEqual([3, 20]);
    });

    it(`${kind}: gives the context of each attempt`, async () => {
      const clock = new VirtualClock();
      const controller = new AbortController();
      const seen: unknown[] = [];
      const call = make((context: CallContext) => {
        seen.push([context.tries, context.signal.aborted, context.remaining()]);
        if (context.tries < 3) throw boom;
        return 'pong';
      });
      const policy = retry({ wait, jitter: null, maxTime: 100, signal: controller.signal, clock });

      await finish(clock, () => policy.run(call));

      expect(seen).toEqual([
        [1, false, 100],
        [2, false, 90],
        [3, false, 80],
      ]);
    });

    it(`${kind}: takes overrides that hold for this call`, async () => {
      const clock = new VirtualClock();
      const policy = retry({ wait, maxTries: 2, clock });
      const script = play(boom);

      await finish(clock, () => policy.run(script, { maxTries: 4 })).catch(() => {});
      await finish(clock, () => policy.run(script)).catch(() => {});

      expect(script.calls).toBe(6);
    });

    it(`${kind}: is there on the decorators too`, async () => {
      const clock = new VirtualClock();

      const answers = [
        await finish(clock, () => onException(wait, Error, { clock }).run(play(boom, 'pong'))),
        await finish(clock, () => onPredicate(wait, undefined, { clock }).run(play(0, 1))),
      ];

      expect(answers).toEqual(['pong', 1]);
    });

    it(`${kind}: tells handlers what was run, by its name and as the target`, async () => {
      const clock = new VirtualClock();
      const seen: unknown[] = [];
      const onSuccess = ({ name, target }: CallDetails): void => void seen.push(name, target);
      const script = Object.defineProperty(play('pong'), 'name', { value: 'ping' });

      await finish(clock, () => retry({ clock, onSuccess }).run(script));

      expect(seen).toEqual(['ping', script]);
    });
  });

  it('refuses overrides that are not allowed, before the call', () => {
    let calls = 0;
    const run = (): unknown => retry().run(() => (calls += 1), { maxTries: 0 });

    expect(run).toThrow(expect.objectContaining({ code: 'ERR_OPTION', option: 'maxTries' }));
    expect(calls).toBe(0);
  });
});

describe('retry().with', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: is a changed copy; the original stays`, async () => {
      const clock = new VirtualClock();
      const policy = retry({ wait, maxTries: 2, clock });
      const patient = policy.with({ maxTries: 5 });
      const [first, second] = [play(boom), play(boom)];

      await finish(clock, patient(first)).catch(() => {});
      await finish(clock, policy(second)).catch(() => {});

      expect([first.calls, second.calls]).toEqual([5, 2]);
    });

    it(`${kind}: keeps what is not named, or named undefined`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);
      const copy = retry({ wait, jitter: null, maxTries: 3, clock }).with({
        maxTries: undefined,
        name: 'ping',
      });

      await finish(clock, copy(script)).catch(() => {});

      expect([script.calls, clock.now()]).toEqual([3, 20]);
    });

    it(`${kind}: can be changed again, and run`, async () => {
      const clock = new VirtualClock();
      const script = play(boom);
      const copy = onException(wait, Error, { clock }).with({ maxTries: 9 }).with({ maxTries: 4 });

      await finish(clock, () => copy.run(script)).catch(() => {});

      expect(script.calls).toBe(4);
    });
  });

  it('refuses what retry refuses', () => {
    expect(() => retry().with({ maxTires: 3 } as never)).toThrow(/maxTries/);
    expect(() => onException(wait, Error).with({ maxTries: 1.5 })).toThrow(/maxTries/);
  });
});

describe('a wrapper of its own result', () => {
  catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: nests: each layer counts and waits on its own`, async () => {
      const clock = new VirtualClock();
      const policy = retry({ wait, jitter: null, maxTries: 2, clock });
      const script = play(boom);

      const end = finish(clock, policy(policy(script)));

      await expect(end).rejects.toBe(boom);
      expect([script.calls, clock.now()]).toEqual([4, 30]);
    });

    it(`${kind}: tells the handlers of each layer once`, async () => {
      const clock = new VirtualClock();
      const told: string[] = [];
      const layer = (name: string, maxTries: number): ReturnType<typeof retry> =>
        retry({
          wait,
          maxTries,
          clock,
          onBackoff: () => told.push(`${name} backs off`),
          onGiveup: () => told.push(`${name} gives up`),
        });

      await finish(clock, layer('outer', 2)(layer('inner', 3)(play(boom)))).catch(() => {});

      const inner = ['inner backs off', 'inner backs off', 'inner gives up'];
      expect(told).toEqual([...inner, 'outer backs off', ...inner, 'outer gives up']);
    });
  });
});

describe('retryPolicyOf', () => {
  it('gives the options that a function was wrapped with, frozen', () => {
    const given = { wait: expo, maxTries: 5, name: 'ping' };

    const policy = retryPolicyOf(withRetry(() => {}, given));

    expect(policy).toMatchObject(given);
    expect(Object.isFrozen(policy)).toBe(true);
  });

  it('includes what was given by position, and what with() changed', () => {
    const policy = retryPolicyOf(
      onException(wait, TypeError, { maxTries: 3 }).with({ maxTries: 4 })(() => {}),
    );

    expect(policy).toMatchObject({ wait, errors: TypeError, maxTries: 4 });
  });

  it('gives the outermost of several', () => {
    const inner = withRetry(() => {}, { maxTries: 3 });

    expect(retryPolicyOf(withRetry(inner, { maxTries: 5 }))).toMatchObject({ maxTries: 5 });
  });

  it.each([() => {}, undefined, null, 5, {}])('knows nothing of %p', (value) => {
    expect(retryPolicyOf(value)).toBeUndefined();
  });
});

describe('re-entrancy', () => {
  catchWarnings();

  it('keeps the calls of a sync function that calls itself apart', () => {
    const clock = new VirtualClock();
    const failedAt = new Set<number>();
    const tries: number[] = [];
    const countdown: (n: number) => number = withRetry(
      (n: number): number => {
        tries.push(currentCall().tries);
        const below = n === 0 ? 0 : countdown(n - 1);
        if (!failedAt.has(n)) {
          failedAt.add(n);
          throw boom;
        }
        return below + 1;
      },
      { wait, clock },
    );

    expect(countdown(2)).toBe(3);
    expect(tries.filter((number) => number === 2)).toHaveLength(3);
  });

  it('keeps the calls of an async function that calls itself apart', async () => {
    const clock = new VirtualClock();
    const failedAt = new Set<number>();
    const countdown: (n: number) => Promise<number> = withRetry(
      async (n: number): Promise<number> => {
        const below = n === 0 ? 0 : await countdown(n - 1);
        if (!failedAt.has(n)) {
          failedAt.add(n);
          throw boom;
        }
        return below + 1;
      },
      { wait, clock },
    );

    expect(await clock.run(() => countdown(3))).toBe(4);
  });
});
