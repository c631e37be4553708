/** Our own errors: told apart from all others, and fit to be read. */
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  GiveUpError,
  OptionError,
  RefusalError,
  StampedeError,
  TimeoutError,
  UsageError,
  isStampedeError,
  printable,
} from '../src/core.js';
import { isRefusal, show, withCause } from '../src/errors.js';

const brand = Symbol.for('stampede.error');

class CircuitOpenError extends RefusalError {
  override readonly name = 'CircuitOpenError';

  constructor() {
    super('ERR_CIRCUIT_OPEN', 'The circuit "users" is open; nothing was sent.');
  }
}

/** Values of which every question throws. */
function hostile(): [string, unknown][] {
  const no = (): never => {
    throw new Error('no');
  };
  const traps = Object.fromEntries(
    Reflect.ownKeys(Reflect)
      .filter((key) => typeof key === 'string')
      .map((key) => [key, no]),
  );
  const revoked = Proxy.revocable({}, {});
  revoked.revoke();
  const revokedFunction = Proxy.revocable(() => {}, {});
  revokedFunction.revoke();
  return [
    ['a revoked Proxy', revoked.proxy],
    ['a revoked Proxy of a function', revokedFunction.proxy],
    ['a Proxy of which every trap throws', new Proxy({}, traps)],
    ['a Proxy of an error of which every trap throws', new Proxy(new Error('hidden'), traps)],
    ['an object with a throwing brand', Object.defineProperty({}, brand, { get: no })],
    ['an object with a throwing toJSON', { toJSON: no }],
    ['an object with a throwing getter', Object.defineProperty({}, 'secret', { get: no, enumerable: true })],
    [
      'an object with a throwing constructor',
      Object.create(Object.defineProperty({}, 'constructor', { get: no })),
    ],
    [
      'a frozen error with a throwing message',
      Object.freeze(Object.defineProperty(new Error('hidden'), 'message', { get: no })),
    ],
    ['a function with a throwing name', Object.defineProperty(() => {}, 'name', { get: no })],
  ];
}

describe('each error of ours', () => {
  it.each<[string, Error & { code: string }, string, string]>([
    ['StampedeError', new StampedeError('ERR_X', 'Something.'), 'ERR_X', 'Something.'],
    [
      'OptionError',
      new OptionError('maxTries', '5', 'must be a whole number of 1 or more'),
      'ERR_OPTION',
      'maxTries must be a whole number of 1 or more; got "5".',
    ],
    ['UsageError', new UsageError('Not on a class.'), 'ERR_USAGE', 'Not on a class.'],
    [
      'GiveUpError',
      new GiveUpError('poll', [], 'maxTries', 3),
      'ERR_GIVE_UP',
      'poll gave no acceptable value after 3 tries (maxTries).',
    ],
    ['TimeoutError', new TimeoutError('ping', 300), 'ERR_TIMEOUT', 'ping took longer than 300 ms.'],
    ['RefusalError', new RefusalError('ERR_FULL', 'No room.'), 'ERR_FULL', 'No room.'],
    [
      'CircuitOpenError',
      new CircuitOpenError(),
      'ERR_CIRCUIT_OPEN',
      'The circuit "users" is open; nothing was sent.',
    ],
  ])('%s has its name, a code, a sentence and a stack that names it', (name, error, code, message) => {
    expect({ name: error.name, code: error.code, message: error.message }).toEqual({ name, code, message });
    expect(error).toBeInstanceOf(Error);
    expect(isStampedeError(error)).toBe(true);
    expect(String(error)).toBe(`${name}: ${message}`);
    expect(error.stack).toContain('errors.test.ts');
  });

  it('is a StampedeError, save for wrong use, which is a TypeError', () => {
    const kin = [
      new OptionError('x', 1, 'y'),
      new GiveUpError('f', 0, 'giveup', 1),
      new TimeoutError('f', 1),
      new CircuitOpenError(),
    ];

    expect(kin.every((error) => error instanceof StampedeError)).toBe(true);
    expect(new UsageError('no')).toBeInstanceOf(TypeError);
  });

  it('holds what its reader needs next', () => {
    const cause = new Error('boom');

    expect(new OptionError('maxTries', '5', 'no', { cause })).toMatchObject({
      option: 'maxTries',
      value: '5',
      cause,
    });
    expect(new GiveUpError('poll', 0, 'maxTime', 3)).toMatchObject({ value: 0, reason: 'maxTime', tries: 3 });
    expect(new TimeoutError('ping', 300, { cause })).toMatchObject({ timeout: 300, cause });
    expect(new CircuitOpenError()).toMatchObject({ refusal: true, retryAfter: undefined });
  });

  it('has a cause only where one was given', () => {
    expect('cause' in new StampedeError('ERR_X', 'Something.')).toBe(false);
    expect(new StampedeError('ERR_X', 'Something.', { cause: undefined })).toHaveProperty('cause', undefined);
  });
});

describe('isStampedeError', () => {
  it.each<[string, unknown]>([
    ['a plain object with our brand', { [brand]: true, code: 'ERR_OPTION' }],
    [
      'an error of another copy of the package',
      new (class OtherCopy extends Error {
        get [brand](): true {
          return true;
        }
      })(),
    ],
    [
      'an error of another realm',
      runInNewContext(`Object.assign(new Error('x'), { [Symbol.for('stampede.error')]: true })`),
    ],
    ['a frozen error of ours', Object.freeze(new CircuitOpenError())],
  ])('knows %s', (_, error) => {
    expect(isStampedeError(error)).toBe(true);
  });

  it.each<[string, unknown]>([
    ['an ordinary error', new Error('boom')],
    ['an error with a code like ours', Object.assign(new Error('boom'), { code: 'ERR_OPTION' })],
    ['an error with a name like ours', Object.assign(new Error('boom'), { name: 'OptionError' })],
    ['a brand that is not true', { [brand]: 1 }],
    ['undefined', undefined],
    ['null', null],
    ['a text', 'ERR_OPTION'],
    ['a symbol', brand],
  ])('does not know %s', (_, error) => {
    expect(isStampedeError(error)).toBe(false);
  });

  it.each(hostile())('says no of %s, and does not throw', (_, value) => {
    expect(isStampedeError(value)).toBe(false);
    expect(isRefusal(value)).toBe(false);
  });

  it('never throws, whatever it is given', () => {
    const check = (value: unknown): void => {
      expect(isStampedeError(value)).toBe(false);
    };

    fc.assert(fc.property(fc.anything({ withNullPrototype: true, withBoxedValues: true }), check));
  });
});

describe('isRefusal', () => {
  it.each<[string, unknown, boolean]>([
    ['a refusal of ours', new CircuitOpenError(), true],
    ['a refusal of another copy', { [brand]: true, refusal: true }, true],
    ['another error of ours', new TimeoutError('ping', 300), false],
    ["somebody else's refusal", { refusal: true }, false],
    ['nothing', undefined, false],
  ])('%s: %p is %p', (_, error, refused) => {
    expect(isRefusal(error)).toBe(refused);
  });
});

describe('show', () => {
  it.each<[unknown, string]>([
    ['5', '"5"'],
    ['', '""'],
    ['two\nlines "quoted"', String.raw`"two\nlines \"quoted\""`],
    [5, '5'],
    [-0.5, '-0.5'],
    [Number.NaN, 'NaN'],
    [Infinity, 'Infinity'],
    [5n, '5n'],
    [true, 'true'],
    [undefined, 'undefined'],
    [null, 'null'],
    [Symbol('s'), 'Symbol(s)'],
    [() => {}, 'a function'],
    [function ping() {}, 'the function ping'],
    [class Ping {}, 'the function Ping'],
    [[], '[]'],
    [[1, 'a', [null]], '[1, "a", [null]]'],
    [{}, '{}'],
    [{ a: 1 }, '{"a":1}'],
    [Object.create(null), '{}'],
    [new Date(0), 'a Date'],
    [new Date(Number.NaN), 'a Date'],
    [new Map(), 'a Map'],
    [Promise.resolve(), 'a Promise'],
    [new (class Ping {})(), 'a Ping'],
    [{ toJSON: () => undefined }, 'a value that cannot be shown'],
    [{ big: 5n }, 'a value that cannot be shown'],
  ])('of %p is short and tells what it is', (value, text) => {
    expect(show(value)).toBe(text);
  });

  it('cuts off what is long, at 80 characters', () => {
    const texts = ['x'.repeat(1000), 'x'.repeat(78), 'x'.repeat(79)].map(show);

    expect(texts.map(({ length }) => length)).toEqual([80, 80, 80]);
    expect(texts[0]).toMatch(/^"x{76}\.\.\.$/);
    expect(texts[1]).toBe(`"${'x'.repeat(78)}"`);
    expect(texts[2]).toMatch(/^"x{76}\.\.\.$/);
  });

  it('gets to the end of what contains itself', () => {
    const list: unknown[] = [];
    list.push(list);
    const object: Record<string, unknown> = {};
    object['self'] = object;

    expect(show(list).length).toBeLessThanOrEqual(80);
    expect(show(object)).toBe('a value that cannot be shown');
  });

  it.each(hostile())('does not throw for %s', (_, value) => {
    expect(show(value).length).toBeGreaterThan(0);
  });

  it.each<[string, unknown]>([
    ['a symbol', Symbol('two\nlines')],
    ['a function', Object.defineProperty(() => {}, 'name', { value: 'two\nlines' })],
    ['a class', new (Object.defineProperty(class {}, 'name', { value: 'two\nlines' }))()],
  ])('keeps %s with a line break in its name on one line', (_, value) => {
    expect(show(value)).not.toContain('\n');
  });

  it('is one short line for anything', () => {
    const check = (value: unknown): void => {
      const text = show(value);
      expect(text.length).toBeGreaterThan(0);
      expect(text.length).toBeLessThanOrEqual(80);
      expect(text).not.toMatch(/[\r\n]/);
    };

    fc.assert(
      fc.property(
        fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true }),
        check,
      ),
    );
  });
});

describe('withCause', () => {
  const boom = new Error('boom');

  it('makes the error of the function the cause, and leaves the error the same object', () => {
    const fault = new TypeError('a faulty callback');

    const result = withCause(fault, 'giveup', { cause: boom });

    expect(result).toBe(fault);
    expect(fault.cause).toBe(boom);
    expect(Object.keys(fault)).toEqual([]);
  });

  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'boom'],
  ])('keeps even %s as a cause', (_, cause) => {
    const fault = new Error('a faulty callback');

    withCause(fault, 'giveup', { cause });

    expect(fault).toHaveProperty('cause', cause);
  });

  it('changes nothing where the attempt returned a value', () => {
    const fault = new Error('a faulty callback');

    expect(withCause(fault, 'giveup', {})).toBe(fault);
    expect('cause' in fault).toBe(false);
  });

  it('changes nothing when the callback threw the very error it was asked about', () => {
    const error = new Error('boom');

    expect(withCause(error, 'giveup', { cause: error })).toBe(error);
    expect('cause' in error).toBe(false);
  });

  it('changes nothing when the error has this cause already', () => {
    const fault = new Error('a faulty callback', { cause: boom });

    expect(withCause(fault, 'giveup', { cause: boom })).toBe(fault);
  });

  it.each<[string, unknown]>([
    ['an error that has another cause', new Error('fault', { cause: 'another' })],
    ['a frozen error', Object.freeze(new Error('fault'))],
    ['a text', 'fault'],
    ['undefined', undefined],
    ...hostile(),
  ])('wraps %s, so that neither error is lost', (_, fault) => {
    const result = withCause(fault, 'giveup', { cause: boom }) as OptionError;

    expect(result.code).toBe('ERR_OPTION');
    expect(result.message).toMatch(/^giveup must not throw; got .+\.$/);
    expect(result.value === fault).toBe(true);
    expect(result.cause).toBe(boom);
  });
});

describe('printable', () => {
  it.each([
    ['a\u001b[31mb', 'a\\u{1b}[31mb'],
    ['\u009b31m\u007f', '\\u{9b}31m\\u{7f}'],
    ['one\ntwo\u2028three', 'one\\u{a}two\\u{2028}three'],
    ['\u202egnp.exe', '\\u{202e}gnp.exe'],
    ['\ud800', '\\u{d800}'],
    ['Größe → 5 µs 😀 "x" \\', 'Größe → 5 µs 😀 "x" \\'],
  ])('spells out what a terminal would obey: %j', (text, expected) => {
    expect(printable(text)).toBe(expected);
    expect(printable(expected)).toBe(expected);
  });

  it('holds for the values that an error shows', () => {
    expect(new OptionError('wait', '\u009b31m', 'must be a wait').message).toContain('got "\\u{9b}31m".');
  });
});
