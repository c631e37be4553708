import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  UsageError,
  VirtualClock,
  compose,
  constant,
  currentCall,
  isStampedeError,
  onException,
  onPredicate,
  retry,
  retryPolicyOf,
  withRetry,
} from '../../src/core.js';

type Loose = (...use: unknown[]) => unknown;

const boom = new Error('boom');

/** Every way to wrap a function, without its types: what a program in JavaScript has. */
const wrappers: readonly [name: string, wrapper: Loose][] = [
  ['retry()', retry() as Loose],
  ['onException()', onException(constant(1), Error) as Loose],
  ['onPredicate()', onPredicate(constant(1)) as Loose],
  ['withRetry', (...use: unknown[]) => withRetry(use[0] as never)],
  ['compose()', compose(retry(), retry()) as Loose],
];

/** The wrappers that may be decorators too. */
const decorators = wrappers.filter(([name]) => name !== 'withRetry');

function caught(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

describe.each(wrappers)('a function under %s', (_name, wrapper) => {
  it('keeps its name and its length', () => {
    const area = (width: number, height: number) => width * height;

    const wrapped = wrapper(area) as typeof area;

    expect(wrapped).not.toBe(area);
    expect(wrapped.name).toBe('area');
    expect(wrapped.length).toBe(2);
    expect(wrapped(2, 3)).toBe(6);
  });

  it('keeps its own properties as they were described, those with a symbol for a name included', () => {
    const version = Symbol('version');
    const load = Object.defineProperties(() => 'loaded', {
      route: { value: '/load', enumerable: true, writable: true },
      hidden: { value: 'hidden', enumerable: false },
      asked: { get: () => 'each time', enumerable: true },
      [version]: { value: 2, enumerable: true },
    });

    const wrapped = wrapper(load) as typeof load;

    expect(Object.keys(wrapped)).toEqual(['route', 'asked']);
    expect(wrapped).toHaveProperty('hidden', 'hidden');
    expect(Object.getOwnPropertyDescriptor(wrapped, 'asked')).toHaveProperty('get', expect.any(Function));
    expect((wrapped as unknown as Record<symbol, unknown>)[version]).toBe(2);
  });

  it('has properties of its own: what is put on it is not put on the original', () => {
    const load: { (): string; tag?: string } = () => 'loaded';

    const wrapped = wrapper(load) as typeof load;
    wrapped.tag = 'new';

    expect(load.tag).toBeUndefined();
  });

  it('is called with the `this` and the arguments of its caller', () => {
    const seen: unknown[] = [];
    const load = function (this: unknown, ...args: unknown[]) {
      seen.push(this, args);
      return 'loaded';
    };
    const service = { load: wrapper(load) as typeof load };

    service.load(1, 'two');

    expect(seen).toEqual([service, [1, 'two']]);
  });

  it('may be frozen', () => {
    const load = Object.freeze(function load() {
      return 'loaded';
    });

    const wrapped = wrapper(load) as typeof load;

    expect(wrapped()).toBe('loaded');
    expect(wrapped.name).toBe('load');
  });

  it('may be wrapped already, and by the same wrapper', () => {
    const load = () => 'loaded';

    const wrapped = wrapper(wrapper(load)) as typeof load;

    expect(wrapped()).toBe('loaded');
    expect(wrapped.name).toBe('load');
  });

  it('may call itself', () => {
    const factorial = wrapper((n: number): number => (n === 0 ? 1 : n * factorial(n - 1))) as (
      n: number,
    ) => number;

    const answer = factorial(5);

    expect(answer).toBe(120);
  });
});

describe('a wrapper', () => {
  it('wraps any number of functions, and holds nothing of their calls', async () => {
    const clock = new VirtualClock();
    const wrapper = retry({ wait: constant(100), jitter: null, maxTries: 3, clock });
    const failing = (times: number) => {
      let calls = 0;
      return async () => {
        calls += 1;
        if (calls <= times) throw boom;
        return calls;
      };
    };
    const [once, twice] = [wrapper(failing(1)), wrapper(failing(2))];

    const answers = await clock.run(() => Promise.all([once(), twice()]));

    expect(answers).toEqual([2, 3]);
    expect(clock.now()).toBe(200);
  });

  it('makes one call by run, and gives it a context', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    const wrapper = retry({ wait: constant(100), jitter: null, clock });

    const answer = await clock.run(() =>
      wrapper.run(async ({ tries, signal, remaining }) => {
        seen.push(tries);
        if (tries < 3) throw boom;
        return [signal.aborted, remaining];
      }),
    );

    expect(seen).toEqual([1, 2, 3]);
    expect(answer).toEqual([false, expect.any(Function)]);
  });
});

describe.each(wrappers)('%s refuses', (_name, wrapper) => {
  class Service {
    readonly made = true;
  }

  it.each<[what: string, given: unknown, text: RegExp]>([
    ['undefined', undefined, /undefined/],
    ['null', null, /null/],
    ['a number', 1, /1/],
    ['a text', 'fetchUser', /fetchUser/],
    ['an object', { call() {} }, /wraps a function/],
    ['a class', Service, /not classes.*Service/],
    ['an anonymous class', class {}, /not classes/],
    ['a class that extends another', class extends Service {}, /not classes/],
    ['a generator function', function* numbers() {}, /generator function numbers/],
    ['an async generator function', async function* pages() {}, /generator function pages/],
  ])('%s, with a TypeError that says so', (_what, given, text) => {
    const error = caught(() => wrapper(given));

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toBeInstanceOf(TypeError);
    expect(error).toMatchObject({ code: 'ERR_USAGE', message: expect.stringMatching(text) });
    expect(isStampedeError(error)).toBe(true);
  });
});

describe.each(decorators)('%s refuses', (_name, wrapper) => {
  it('the index that map passes, and says what to write instead', () => {
    const fns = [() => 1, () => 2];

    const error = caught(() => fns.map(wrapper));

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toHaveProperty('message', expect.stringContaining('.map((fn) => wrapper(fn))'));
  });

  it.each([
    ['null', null],
    ['an object', {}],
    ['another function', () => {}],
    ['true', true],
  ])('%s as a second argument', (_what, second) => {
    const act = () => wrapper(() => 1, second);

    expect(act).toThrow(UsageError);
  });

  it.each(['class', 'field', 'getter', 'setter', 'accessor'])(
    'a standard decorator on a %s, by its name',
    (kind) => {
      const context = { kind, name: 'load', static: false, private: false };

      const error = caught(() => wrapper(kind === 'field' ? undefined : () => 'loaded', context));

      expect(error).toBeInstanceOf(UsageError);
      expect(error).toHaveProperty('message', expect.stringMatching(new RegExp(`load.*${kind}`)));
    },
  );

  it('a standard decorator on a generator method', () => {
    const context = { kind: 'method', name: 'pages', static: false, private: false };

    const error = caught(() => wrapper(function* pages() {}, context));

    expect(error).toBeInstanceOf(UsageError);
    expect(error).toHaveProperty('message', expect.stringContaining('generator function pages'));
  });
});

describe('what looks like a class, and is none,', () => {
  it('is wrapped: a method named "class"', () => {
    const school = {
      class() {
        return '4b';
      },
    };

    const wrapped = withRetry(school.class);

    expect(wrapped()).toBe('4b');
  });

  it('is wrapped: a function whose name starts with "class"', () => {
    const classOf = (pupil: string) => `4b of ${pupil}`;
    function classify() {
      return 'classified';
    }

    expect(withRetry(classOf)('Ann')).toBe('4b of Ann');
    expect(withRetry(classify)()).toBe('classified');
  });
});

describe('retryPolicyOf', () => {
  it('reads back what a function was wrapped with, frozen', () => {
    const load = withRetry(() => 'loaded', { maxTries: 5, name: 'load' });

    const policy = retryPolicyOf(load);

    expect(policy).toEqual({ maxTries: 5, name: 'load' });
    expect(Object.isFrozen(policy)).toBe(true);
  });

  it('reads back what stands before the options of a decorator', () => {
    const wait = constant(1);
    const isEmpty = (value: unknown[]) => value.length === 0;

    const load = onException(wait, Error, { maxTries: 5 })(() => 'loaded');
    const poll = onPredicate(wait, isEmpty)(() => ['job']);

    expect(retryPolicyOf(load)).toMatchObject({ wait, errors: Error, maxTries: 5 });
    expect(retryPolicyOf(poll)).toMatchObject({ wait, predicate: isEmpty, maxTries: Infinity });
  });

  it('reads back the outermost of several', () => {
    const inner = withRetry(() => 'loaded', { maxTries: 3 });

    const outer = retry({ maxTries: 7 })(inner);

    expect(retryPolicyOf(inner)).toEqual({ maxTries: 3 });
    expect(retryPolicyOf(outer)).toEqual({ maxTries: 7 });
  });

  it('reads back the outermost of several that were composed, also around a function that is retried already', () => {
    const load = withRetry(() => 'loaded', { maxTries: 3 });

    const composed = compose(retry({ maxTries: 5 }), retry({ maxTries: 7 }));

    expect(retryPolicyOf(composed(() => 'loaded'))).toEqual({ maxTries: 5 });
    expect(retryPolicyOf(composed(load))).toEqual({ maxTries: 5 });
  });

  it('reads back what was changed', () => {
    const patient = retry({ maxTries: 5, maxTime: '1m' });

    const load = patient.with({ maxTries: 9 })(() => 'loaded');

    expect(retryPolicyOf(load)).toEqual({ maxTries: 9, maxTime: '1m' });
  });

  it.each([
    ['a function that is not retried', () => 'loaded'],
    ['a class', class {}],
    ['an object', {}],
    ['null', null],
    ['undefined', undefined],
    ['a text', 'load'],
  ])('gives undefined for %s', (_what, value) => {
    expect(retryPolicyOf(value)).toBeUndefined();
  });
});

describe('compose', () => {
  it('puts the first policy outermost', async () => {
    const clock = new VirtualClock();
    const order: string[] = [];
    const limits = { wait: constant(100), jitter: null, maxTries: 2, clock };
    const outer = retry({ ...limits, onBackoff: () => void order.push('outer') });
    const inner = retry({ ...limits, onBackoff: () => void order.push('inner') });
    const load = compose(
      outer,
      inner,
    )(async () => {
      throw boom;
    });

    await expect(clock.run(() => load())).rejects.toBe(boom);

    expect(order).toEqual(['inner', 'outer', 'inner']);
  });

  it('of nothing gives a function that does the same, and leaves the original as it was', () => {
    const load = Object.freeze(function load() {
      return 'loaded';
    });

    const wrapped = compose()(load);

    expect(wrapped()).toBe('loaded');
    expect(wrapped.name).toBe('load');
  });

  it('makes one call by run, under all policies, and gives it a context', async () => {
    const clock = new VirtualClock();
    const policies = compose(
      retry({ wait: constant(100), jitter: null, clock }),
      retry({ maxTries: 1, clock }),
    );
    let calls = 0;

    const answer = await clock.run(() =>
      policies.run(async (context) => {
        calls += 1;
        if (calls < 3) throw boom;
        return context.tries;
      }),
    );

    expect(answer).toBe(1); // of the innermost policy, which tries once
    expect(calls).toBe(3);
  });

  it('may be composed again', () => {
    const twice = compose(compose(retry(), retry()), compose(retry()));

    const load = twice(() => currentCall().tries);

    expect(load()).toBe(1);
  });

  it.each([
    ['a number', 1],
    ['undefined', undefined],
    ['an object', { run() {} }],
  ])('refuses %s', (_what, policy) => {
    expect(() => compose(retry(), policy as never)).toThrow(OptionError);
  });

  it('refuses a function that is no policy', () => {
    const fetchUser = () => 'Ann';

    expect(() => compose(fetchUser as never)).toThrow(OptionError);
  });
});
