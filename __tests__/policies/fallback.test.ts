import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  RefusalError,
  UsageError,
  VirtualClock,
  compose,
  constant,
  currentCall,
  retry,
  subscribe,
  withRetry,
} from '../../src/core.js';
import type { StampedeEvent } from '../../src/core.js';
import type { FallbackDetails } from '../../src/policies/cover.js';
import { fallback } from '../../src/policies/fallback.js';
import { bothDrivers } from '../support/both-drivers.js';
import { runInNode } from '../support/run-in-node.js';
import { catchWarnings } from '../support/warnings.js';

const boom = new Error('boom');

describe('fallback', () => {
  const warnings = catchWarnings();

  bothDrivers((kind, play, finish, make) => {
    it(`${kind}: gives the value instead of an error`, async () => {
      const script = play(boom);

      expect(await finish(new VirtualClock(), fallback(null)(script))).toBe(null);
      expect(script.calls).toBe(1);
    });

    it(`${kind}: leaves a value alone, and what is falsy too`, async () => {
      expect(await finish(new VirtualClock(), fallback('none')(play(undefined)))).toBe(undefined);
    });

    it(`${kind}: calls a function with the outcome and the call`, async () => {
      const told: any[] = [];
      const call = fallback((outcome, details) => {
        told.push(outcome, details);
        return 'instead';
      })(play(boom));

      expect(await finish(new VirtualClock(), call, 'ann', 7)).toBe('instead');
      expect(told[0]).toEqual({ ok: false, error: boom });
      expect(told[1]).toMatchObject({ args: ['ann', 7], name: expect.any(String) });
      expect(Object.isFrozen(told[1])).toBe(true);
    });

    it(`${kind}: lets the error of the function through that should have helped`, async () => {
      const worse = new Error('worse');
      const call = fallback(() => {
        throw worse;
      })(play(boom));

      await expect(finish(new VirtualClock(), call)).rejects.toBe(worse);
      expect('cause' in worse).toBe(false);
    });

    it.each([
      ['an OptionError', new OptionError('maxTries', 0, 'must be 1 or more')],
      ['a UsageError', new UsageError('misused')],
    ])(`${kind}: T50: does not hide %s`, async (_, error) => {
      await expect(finish(new VirtualClock(), fallback(null)(play(error)))).rejects.toBe(error);
    });

    it(`${kind}: covers refusals`, async () => {
      const refusal = new RefusalError('ERR_TEST', 'no');

      expect(await finish(new VirtualClock(), fallback('none')(play(refusal)))).toBe('none');
    });

    it(`${kind}: covers the errors that are named, and lets others through`, async () => {
      const call = fallback('none', { errors: [TypeError, (error: Error) => error.message === 'boom'] });
      const other = new Error('other');

      expect(await finish(new VirtualClock(), call(play(boom)))).toBe('none');
      expect(await finish(new VirtualClock(), call(play(new TypeError('type'))))).toBe('none');
      await expect(finish(new VirtualClock(), call(play(other)))).rejects.toBe(other);
    });

    it(`${kind}: covers a value that the predicate does not accept`, async () => {
      const call = fallback(({ ok, value }) => [ok, value], { predicate: (value) => value === '' });

      expect(await finish(new VirtualClock(), call(play('')))).toEqual([true, '']);
      expect(await finish(new VirtualClock(), call(play('pong')))).toBe('pong');
    });

    it(`${kind}: refuses a predicate that gives a promise`, async () => {
      const call = fallback('none', { predicate: (async () => true) as never });

      await expect(finish(new VirtualClock(), call(play('pong')))).rejects.toThrow('must answer at once');
    });

    it(`${kind}: gives the last good value while it is young enough`, async () => {
      const clock = new VirtualClock();
      const call = fallback('none', { staleIfError: 100, clock })(play('old', 'new', boom));
      const ends: unknown[] = [];

      ends.push(await finish(clock, call), await finish(clock, call));
      clock.block(100);
      ends.push(await finish(clock, call));
      clock.block(1);
      ends.push(await finish(clock, call));

      expect(ends).toEqual(['old', 'new', 'new', 'none']);
    });

    it(`${kind}: T51: keeps the values of different arguments, objects and functions apart`, async () => {
      const clock = new VirtualClock();
      let down = false;
      const options = { staleIfError: '1m', clock } as const;
      const kept = fallback('none', options);
      const load = kept(
        make(function (this: { base: string } | undefined, ...args: unknown[]) {
          if (down) throw boom;
          return [this?.base ?? 'plain', ...args].join(' ');
        }),
      );
      const other = kept(
        make(() => {
          throw boom;
        }),
      );
      const [ann, bob] = [
        { base: 'ann', load },
        { base: 'bob', load },
      ];
      const at = (thisArg: unknown, ...args: unknown[]): Promise<unknown> =>
        finish(clock, () => load.apply(thisArg as never, args as never));

      await at(ann, 1);
      await at(undefined, 'a', 'b');
      down = true;

      expect(await at(ann, 1)).toBe('ann 1');
      expect(await at(ann, '1')).toBe('none');
      expect(await at(bob, 1)).toBe('none');
      expect(await at(undefined, 'a', 'b')).toBe('plain a b');
      expect(await at(undefined, 'a\u0000string:b')).toBe('none');
      expect(await at(undefined, 'a","string:b')).toBe('none');
      expect(await finish(clock, other, 'a', 'b')).toBe('none');
    });

    it(`${kind}: T51: keeps nothing of calls with objects, and warns once`, async () => {
      const clock = new VirtualClock();
      const call = fallback('none', { staleIfError: '1m', clock })(play('pong', boom));

      await finish(clock, call, { id: 1 });

      expect(await finish(clock, call, { id: 1 })).toBe('none');
      expect(warnings.codes).toEqual(['STAMPEDE_STALE']);
    });

    it(`${kind}: keeps them by the key that is given`, async () => {
      const clock = new VirtualClock();
      const key = ({ args }: { args: readonly any[] }): string => args[0].id;
      const call = fallback('none', { staleIfError: { maxAge: '1m', key }, clock })(play('ann', boom));

      await finish(clock, call, { id: 'a' });

      expect(await finish(clock, call, { id: 'a' })).toBe('ann');
      expect(await finish(clock, call, { id: 'b' })).toBe('none');
    });
  });

  it('T52: keeps so many values, those used last', () => {
    const clock = new VirtualClock();
    let down = false;
    const call = fallback('none', { staleIfError: { maxAge: Infinity, maxKeys: 2 }, clock })((id: number) => {
      if (down) throw boom;
      return id;
    });

    for (const id of [1, 2, 1, 3]) call(id);
    down = true;
    clock.block(1e9);

    expect([call(1), call(2), call(3)]).toEqual([1, 'none', 3]);
  });

  it('T51: keeps nothing for run without a key, and by the key with one', async () => {
    const clock = new VirtualClock();
    const bare = fallback('none', { staleIfError: '1m', clock });
    const keyed = fallback('none', { staleIfError: { maxAge: '1m', key: () => 'home' }, clock });
    const fail = async (): Promise<string> => {
      throw boom;
    };

    expect([await bare.run(async () => 'pong'), await bare.run(fail)]).toEqual(['pong', 'none']);
    expect([await keyed.run(async () => 'pong'), await keyed.run(fail)]).toEqual(['pong', 'pong']);
  });

  it('awaits an async function in an async call', async () => {
    const call = fallback(async () => 'instead')(async () => {
      throw boom;
    });

    expect(await call()).toBe('instead');
  });

  it('gives a promise where an async function was known to be one, though it throws at once', async () => {
    const load = fallback(null)(
      Object.assign((fail: boolean): Promise<string> => {
        if (fail) throw boom;
        return Promise.resolve('pong');
      }, {}),
    );

    expect(load(true)).toBe(null);
    await load(false);

    expect(load(true)).toBeInstanceOf(Promise);
    expect(await load(true)).toBe(null);
  });

  it('does not help a call inside another that was aborted', async () => {
    const controller = new AbortController();
    let asked = 0;
    let inner: Promise<unknown> = Promise.resolve();
    const covered = fallback(() => (asked += 1))(async () => {
      await null;
      throw boom;
    });
    const outer = withRetry(() => (inner = covered()), { signal: controller.signal, mode: 'async' });

    const end = outer();
    controller.abort('enough');

    await expect(end).rejects.toBe('enough');
    await expect(inner).rejects.toBe(boom);
    expect(asked).toBe(0);
  });

  it('stands outermost in compose, and leaves the call context alone', async () => {
    const clock = new VirtualClock();
    const tries: number[] = [];
    const call = compose(
      fallback([] as string[]),
      retry({ wait: constant(1), maxTries: 3, clock }),
    )(async () => {
      tries.push(currentCall().tries);
      throw boom;
    });

    expect(await clock.run(call)).toEqual([]);
    expect(tries).toEqual([1, 2, 3]);
  });

  it('tells its handlers and the event hub, with frozen details', () => {
    const clock = new VirtualClock();
    const told: FallbackDetails[] = [];
    const events: StampedeEvent[] = [];
    const stop = subscribe((event) => events.push(event));
    let down = false;
    const options = {
      staleIfError: 10,
      clock,
      name: 'load',
      onFallback: (d: FallbackDetails) => told.push(d),
    };
    const call = fallback(
      'none',
      options,
    )(() => {
      if (down) throw boom;
      return 'pong';
    });

    call();
    down = true;
    clock.block(4);
    call();
    clock.block(10);
    call();
    fallback(() => 'x', { ...options, staleIfError: undefined })(() => {
      throw boom;
    })();
    stop();

    expect(told.map(({ from, age, name }) => [from, age, name])).toEqual([
      ['stale', 4, 'load'],
      ['value', undefined, 'load'],
      ['function', undefined, 'load'],
    ]);
    expect(told[0]).toMatchObject({ event: 'fallback', ok: false, error: boom });
    expect(told.every((details) => Object.isFrozen(details))).toBe(true);
    expect(events.map(({ type, details }) => [type, details])).toEqual(told.map((one) => ['fallback', one]));
  });

  it('decorates methods that declare what it adds', async () => {
    class Users {
      names = ['ann'];
      @fallback(null)
      async first(fail: boolean): Promise<string | null> {
        if (fail) throw boom;
        return this.names[0] ?? null;
      }
    }

    expect(await new Users().first(false)).toBe('ann');
    expect(await new Users().first(true)).toBe(null);
  });

  it('leaves no unhandled rejection and keeps the asynchronous stack', async () => {
    const { stdout } = await runInNode(`
      import { fallback } from './src/policies/fallback.ts';
      process.on('unhandledRejection', (error) => console.log('unhandled', error));
      async function deepInside() { await null; throw new Error('boom'); }
      async function theCaller(call) { return await call(); }
      const later = () => new Promise((resolve) => setTimeout(resolve, 1));
      const stack = (call) => theCaller(call).catch((error) => error.stack);
      await fallback(null)(deepInside)();
      console.log(JSON.stringify([
        await stack(fallback(null, { errors: TypeError })(deepInside)),
        await stack(fallback(null, { errors: TypeError, staleIfError: 100 })(deepInside)),
        await stack(fallback(async () => { await later(); await deepInside(); })(deepInside)),
      ]));
    `);

    const stacks = JSON.parse(stdout) as string[];
    for (const stack of stacks) expect(stack).toMatch(/at async theCaller/);
  });

  it.each([
    [{ staleIfErrors: 5 }, 'did you mean staleIfError?'],
    [{ staleIfError: 'soon' }, 'with a unit'],
    [{ staleIfError: { maxAge: 5, maxKey: 1 } }, 'did you mean maxKeys?'],
    [{ staleIfError: {} }, 'maxAge must be'],
    [{ staleIfError: { maxAge: 5, maxKeys: 0 } }, 'whole number of 1 or more'],
    [{ staleIfError: { maxAge: 5, key: 'a' } }, 'must be a function of the call'],
    [{ errors: 'Error' }, 'must be an error class'],
    [{ predicate: 1 }, 'must be a function'],
    [{ onFallback: 1 }, 'must be a function'],
    [{ name: 1 }, 'must be a text'],
  ])('refuses %j', (options, says) => {
    expect(() => fallback(null, options as never)).toThrow(says);
  });

  bothDrivers((kind, play, finish) => {
    const fail = (): never => {
      throw new Error('no key');
    };
    it.each([
      ['throws', fail, 'Error: no key'],
      ['gives no text', (): unknown => 7, 'OptionError: key must give a text; got 7.'],
    ])(
      `${kind}: a key that %s changes nothing for the caller, and is reported once`,
      async (_, key, says) => {
        const heard: StampedeEvent[] = [];
        const stop = subscribe((event) => heard.push(event));
        const script = play('pong', 'pong', boom);
        const options = { staleIfError: { maxAge: 5, key: key as () => string }, name: 'ping' };
        const call = fallback('other', options)(script);
        const clock = new VirtualClock();

        const ends = [await finish(clock, call), await finish(clock, call), await finish(clock, call)];
        stop();

        expect(ends).toEqual(['pong', 'pong', 'other']);
        expect(warnings.texts).toEqual([
          `staleIfError.key of ping failed: ${says}. The call goes on without it.`,
        ]);
        expect(warnings.codes).toEqual(['STAMPEDE_HANDLER']);
        expect(heard.filter(({ type }) => type === 'handler:error')).toHaveLength(3);
      },
    );
  });
});
