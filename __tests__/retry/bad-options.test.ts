/**
 * Options that cannot be meant are refused when the function is wrapped, and the error says what to write instead.
 */
import { describe, expect, it } from '@jest/globals';
import {
  OptionError,
  constant,
  expo,
  isStampedeError,
  onException,
  onPredicate,
  retry,
  withRetry,
} from '../../src/core.js';

const fn = (): void => {};
class Waits {
  next(): object {
    return { value: 1 };
  }
}
function* generator(): Generator<number> {
  yield 1;
}
async function* asyncGenerator(): AsyncGenerator<number> {
  yield 1;
}

/** For each option, values that are not allowed. `Infinity` and the like are shown in titles by what they print as. */
const bad: Readonly<Record<string, readonly unknown[]>> = {
  maxTries: [0, -1, 2.5, NaN, -Infinity, '5', null, 2 ** 53, true, {}, [], 5n, new Date(0)],
  maxTime: [
    -1,
    NaN,
    -Infinity,
    '5 parsecs',
    '',
    '5',
    'Infinity',
    {},
    [],
    null,
    true,
    new Date(0),
    5n,
    0.3,
    '-1s',
    '0.5ms',
  ],
  wait: [
    null,
    100,
    '1s',
    true,
    {},
    [100],
    generator(),
    constant(1)(undefined, undefined),
    asyncGenerator,
    async () => 1,
    Waits,
    new Waits(),
  ],
  errors: [
    null,
    [],
    'Error',
    /boom/,
    {},
    [Error, null],
    [undefined],
    new Error('boom'),
    new Set([Error]),
    5,
    true,
  ],
  predicate: [null, true, 'empty', /x/, {}, 5],
  giveup: [null, true, 'fatal', [], 5, Promise.resolve(true)],
  raiseOnGiveup: [null, 0, 'no', fn, {}],
  jitter: [true, 0.5, 'full', {}, [], false],
  onAttempt: [null, true, 'log', {}, 5, [fn, null], 'handler'],
  onSuccess: [null, true, {}, [1]],
  onBackoff: [null, true, {}, new Set(['x'])],
  onGiveup: [null, true, {}, [[fn]]],
  onAbort: [null, true, {}, [undefined]],
  signal: [null, true, new AbortController(), {}, 'abort', 5],
  budget: [null, true, 5, {}, { take: fn }, { take: fn, refund: fn }],
  mode: [null, 'Sync', true, '', 'parallel'],
  clock: [null, Date, {}, 5, { now: fn }],
  random: [null, 0.5, {}, 'seed'],
  unref: [null, 1, 'yes', fn],
  enabled: [null, 1, 'yes', {}],
  name: [null, '', 5, Symbol('name'), fn],
  log: [null, true, 'debug', {}, console],
  rules: [null, [], {}, Error, 'x'],
};

const cases = Object.entries(bad).flatMap(([option, values]) =>
  values.map((value) => [option, value] as const),
);

function errorOf(work: () => unknown): OptionError {
  try {
    work();
  } catch (error) {
    return error as OptionError;
  }
  throw new Error('nothing was thrown');
}

describe('an option that is not allowed', () => {
  it.each(cases)('is refused at decoration: %s %p', (option, value) => {
    const error = errorOf(() => withRetry(fn, { [option]: value }));

    expect(error).toBeInstanceOf(OptionError);
    expect(error).toBeInstanceOf(Error);
    expect(isStampedeError(error)).toBe(true);
    expect(error.code).toBe('ERR_OPTION');
    expect(error.option).toBe(option);
    expect(error.message).toMatch(new RegExp(`^${option} (must|is) .+; got .+\\.$`, 's'));
    expect(error.message.length).toBeLessThan(300);
  });

  it.each([
    ['maxTries', '5', 'maxTries must be a whole number of 1 or more, or Infinity; got "5".'],
    ['maxTries', null, 'maxTries must be a whole number of 1 or more, or Infinity; got null.'],
    ['maxTries', 5n, 'maxTries must be a whole number of 1 or more, or Infinity; got 5n.'],
    ['mode', 'Sync', 'mode must be "auto", "sync" or "async"; got "Sync".'],
    ['raiseOnGiveup', 0, 'raiseOnGiveup must be true or false; got 0.'],
  ])('is named with its value and what is allowed: %s %p', (option, value, message) => {
    const error = errorOf(() => withRetry(fn, { [option]: value }));

    expect(error.message).toBe(message);
    expect(error.value).toBe(value);
  });

  it.each([['5 parsecs'], [''], [-1], [{}], [new Date(0)]])(
    'shows times that would do, for %p',
    (maxTime) => {
      expect(errorOf(() => withRetry(fn, { maxTime: maxTime as never })).message).toMatch(
        /"250ms", "5s" or "2m"/,
      );
    },
  );

  it('asks whether seconds were meant where a time is below a millisecond', () => {
    expect(errorOf(() => withRetry(fn, { maxTime: 0.3 })).message).toMatch(/did you mean 300 ms\?/);
  });

  it.each([
    ['a number', 100, /constant\(100\)/],
    ['a string', '1s', /constant\("1s"\)/],
    ['a running iterator', generator(), /fresh sequence for every call/],
    ['an async generator function', asyncGenerator, /not an async one/],
    ['a class', Waits, /not a class/],
    ['nothing useful', {}, /expo, fibo\(\) or a function\*/],
  ])('gives each wrong wait its own hint: %s', (_what, wait, hint) => {
    expect(errorOf(() => withRetry(fn, { wait: wait as never })).message).toMatch(hint);
  });

  it.each([
    ['onException', () => onException(undefined as never, Error)],
    ['onPredicate', () => onPredicate(undefined as never)],
  ])('includes a wait that is missing in %s', (_owner, make) => {
    expect(errorOf(make)).toMatchObject({ code: 'ERR_OPTION', option: 'wait' });
  });

  it('includes errors that are missing in onException', () => {
    expect(errorOf(() => onException(expo, undefined as never))).toMatchObject({
      code: 'ERR_OPTION',
      option: 'errors',
    });
  });

  it.each([
    ['retry', () => retry({ maxTries: 0 })],
    ['onException', () => onException(expo, Error, { maxTries: 0 })],
    ['onPredicate', () => onPredicate(expo, undefined, { maxTries: 0 })],
  ])('is refused by %s as by withRetry, before there is a function', (_owner, make) => {
    expect(errorOf(make)).toMatchObject({ code: 'ERR_OPTION', option: 'maxTries', value: 0 });
  });

  it.each([null, 5, 'fast', [], true])('includes options that are no object, such as %p', (options) => {
    expect(errorOf(() => withRetry(fn, options as never))).toMatchObject({ code: 'ERR_OPTION' });
    expect(errorOf(() => retry(options as never))).toMatchObject({ code: 'ERR_OPTION' });
  });

  it('does not survive being shown however odd it is', () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const circular: unknown[] = [];
    circular.push(circular);

    for (const odd of [proxy, circular, Object.create(null), Symbol('odd'), 'x'.repeat(10_000)]) {
      const error = errorOf(() => withRetry(fn, { maxTries: odd as never }));
      expect(error).toMatchObject({ code: 'ERR_OPTION', option: 'maxTries' });
      expect(error.message.length).toBeLessThan(200);
    }
  });
});

describe('an option that nobody reads', () => {
  it.each([
    ['maxTires', 'maxTries'],
    ['maxtries', 'maxTries'],
    ['max_tries', 'maxTries'],
    ['maxtime', 'maxTime'],
    ['onBackOff', 'onBackoff'],
    ['onGiveUp', 'onGiveup'],
    ['giveUp', 'giveup'],
    ['error', 'errors'],
    ['predicat', 'predicate'],
    ['raiseOnGiveUp', 'raiseOnGiveup'],
    ['jiter', 'jitter'],
    ['signals', 'signal'],
  ])('is refused with the nearest name: %s, did you mean %s?', (wrong, right) => {
    const error = errorOf(() => withRetry(fn, { [wrong]: 1 }));

    expect(error).toMatchObject({ code: 'ERR_OPTION', option: wrong });
    expect(error.message).toContain(`did you mean ${right}?`);
  });

  it('is refused with all names where none is near', () => {
    const { message } = errorOf(() => withRetry(fn, { favouriteColour: 'blue' } as never));

    expect(message).toMatch(/maxTries, .*maxTime, .*wait/);
    expect(message).toContain('withRetry');
  });

  it.each([
    ['wait beside onException', () => onException(expo, Error, { wait: expo } as never), 'wait'],
    ['errors beside onException', () => onException(expo, Error, { errors: Error } as never), 'errors'],
    ['predicate beside onException', () => onException(expo, Error, { predicate: fn } as never), 'predicate'],
    ['giveup beside onPredicate', () => onPredicate(expo, undefined, { giveup: fn } as never), 'giveup'],
    ['errors beside onPredicate', () => onPredicate(expo, undefined, { errors: Error } as never), 'errors'],
    [
      'a predicate in with() of onException',
      () => onException(expo, Error).with({ predicate: fn } as never),
      'predicate',
    ],
  ])('is refused where it does not belong: %s', (_case, make, option) => {
    expect(errorOf(make)).toMatchObject({ code: 'ERR_OPTION', option });
  });
});

describe('rules that are not allowed', () => {
  const rule = { errors: Error };

  it.each([
    ['errors beside rules', { rules: [rule], errors: Error }, 'errors'],
    ['predicate beside rules', { rules: [rule], predicate: fn }, 'predicate'],
    ['a rule that is no object', { rules: [Error] }, undefined],
    ['a rule without errors and predicate', { rules: [{ wait: expo }] }, 'rules[0]'],
    ['an unknown name in a rule', { rules: [rule, { errors: Error, maxTires: 3 }] }, 'maxTires'],
    ['a limit that only the retry has', { rules: [{ errors: Error, maxTime: '1s' }] }, 'maxTime'],
    ['wrong errors in a rule', { rules: [{ errors: 'Error' }] }, 'errors'],
    ['a wrong predicate in a rule', { rules: [{ predicate: true }] }, 'predicate'],
    ['a wrong wait in a rule', { rules: [{ errors: Error, wait: 100 }] }, 'wait'],
    ['wrong tries in a rule', { rules: [{ errors: Error, maxTries: 0 }] }, 'maxTries'],
    ['a wrong giveup in a rule', { rules: [{ errors: Error, giveup: true }] }, 'giveup'],
  ])('are refused at decoration: %s', (_case, options, option) => {
    const error = errorOf(() => withRetry(fn, options as never));

    expect(error.code).toBe('ERR_OPTION');
    if (option !== undefined) expect(error.option).toBe(option);
  });
});

describe('options that are left open', () => {
  it('may all be undefined, which means their default', () => {
    const options = Object.fromEntries(Object.keys(bad).map((option) => [option, undefined]));

    expect(withRetry(() => 'pong', options)()).toBe('pong');
  });

  it.each([
    ['maxTries Infinity', { maxTries: Infinity }],
    ['maxTries 2**53 - 1', { maxTries: 2 ** 53 - 1 }],
    ['maxTime Infinity', { maxTime: Infinity }],
    ['maxTime 0', { maxTime: 0 }],
    ['maxTime "1.5 hours"', { maxTime: '1.5 hours' as const }],
    ['jitter null', { jitter: null }],
    ['log false', { log: false as const }],
    ['a function* as handlers', { onBackoff: [fn, fn].values() }],
    ['no handlers', { onBackoff: [] }],
  ])('allow %s', (_what, options) => {
    expect(withRetry(() => 'pong', options)()).toBe('pong');
  });
});
