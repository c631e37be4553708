/**
 * Standard (TC39) decorators at run time. Legacy ones: `../legacy-decorators/decorators.test.ts`.
 */
import { describe, expect, it } from '@jest/globals';
import {
  type CallDetails,
  OptionError,
  UsageError,
  VirtualClock,
  compose,
  constant,
  expo,
  fibo,
  onException,
  onPredicate,
  retry,
  retryPolicyOf,
} from '../../src/core.js';

const boom = new Error('boom');

/** Waits nothing and tries for ever, so that a test ends when the method is satisfied. Notes whom it retried. */
function recorder() {
  const clock = new VirtualClock();
  const details: CallDetails[] = [];
  const options = { jitter: null, clock, onBackoff: (one: CallDetails) => void details.push(one) } as const;
  return {
    retried: retry({ wait: constant(100), ...options }),
    run: <T>(call: () => Promise<T>) => clock.run(call),
    clock,
    details,
    names: () => details.map(({ name }) => name),
  };
}

/** Fails the first time it is asked. */
function failOnce(): () => void {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    throw boom;
  };
}

const load = Symbol('load');

describe('a decorated method', () => {
  it('of an instance is retried with its `this` and its arguments, and is named after the class', async () => {
    const { retried, run, details } = recorder();
    class Api {
      readonly base = 'https://example.test';
      readonly #check = failOnce();

      @retried
      async load(id: number, tag: string) {
        this.#check();
        return `${this.base}/${id}/${tag}`;
      }
    }
    const api = new Api();

    const answer = await run(() => api.load(42, 'new'));

    expect(answer).toBe('https://example.test/42/new');
    expect(details).toEqual([
      expect.objectContaining({ name: 'Api.load', thisArg: api, args: [42, 'new'], tries: 1 }),
    ]);
  });

  it('that is static is retried with the class as `this`, and is named after it', async () => {
    const { retried, run, details } = recorder();
    const check = failOnce();
    class Api {
      static readonly base = 'https://example.test';

      @retried
      static async load(id: number) {
        check();
        return `${this.base}/${id}`;
      }
    }

    const answer = await run(() => Api.load(42));

    expect(answer).toBe('https://example.test/42');
    expect(details).toEqual([expect.objectContaining({ name: 'Api.load', thisArg: Api })]);
  });

  it('that is private is retried', async () => {
    const { retried, run, names } = recorder();
    const check = failOnce();
    class Api {
      readonly #base = 'https://example.test';

      @retried
      async #load(id: number) {
        check();
        return `${this.#base}/${id}`;
      }

      async open(id: number) {
        return this.#load(id);
      }
    }

    const answer = await run(() => new Api().open(42));

    expect(answer).toBe('https://example.test/42');
    expect(names()).toEqual(['Api.#load']);
  });

  it('that is private and static is retried', async () => {
    const { retried, run, names } = recorder();
    const check = failOnce();
    class Api {
      @retried
      static async #load(id: number) {
        check();
        return id;
      }

      static async open(id: number) {
        return Api.#load(id);
      }
    }

    const answer = await run(() => Api.open(42));

    expect(answer).toBe(42);
    expect(names()).toEqual(['Api.#load']);
  });

  it('that is generic is retried', async () => {
    const { retried, run, names } = recorder();
    const check = failOnce();
    class Api {
      @retried
      async echo<T extends object>(value: T): Promise<T> {
        check();
        return value;
      }
    }
    const value = { id: 42 };

    const answer: { id: number } = await run(() => new Api().echo(value));

    expect(answer).toBe(value);
    expect(names()).toEqual(['Api.echo']);
  });

  it('that is named by a symbol or a text is retried, and is named so', async () => {
    const { retried, run, names } = recorder();
    const [first, second] = [failOnce(), failOnce()];
    class Api {
      @retried
      async [load]() {
        first();
        return 'by symbol';
      }

      @retried
      async ['by-text']() {
        second();
        return 'by text';
      }
    }
    const api = new Api();

    const answers = await run(async () => [await api[load](), await api['by-text']()]);

    expect(answers).toEqual(['by symbol', 'by text']);
    expect(names()).toEqual(['Api.[load]', 'Api.by-text']);
  });

  it('that is sync stays sync', () => {
    const { retried, names, clock } = recorder();
    const check = failOnce();
    class Api {
      @retried
      load(id: number) {
        check();
        return id;
      }
    }

    const answer = new Api().load(42);

    expect(answer).toBe(42);
    expect(names()).toEqual(['Api.load']);
    expect(clock.now()).toBe(100);
  });

  it('that is inherited is named after the class of the instance', async () => {
    const { retried, run, names } = recorder();
    const check = failOnce();
    class Base {
      @retried
      async load() {
        check();
        return this.constructor.name;
      }
    }
    class Api extends Base {}

    const answer = await run(() => new Api().load());

    expect(answer).toBe('Api');
    expect(names()).toEqual(['Api.load']);
  });

  it('that overrides another is retried by itself, and by both when it calls the other', async () => {
    const outer = recorder();
    const inner = recorder();
    const checkBase = failOnce();
    const checkApi = failOnce();
    class Base {
      @inner.retried
      async load() {
        checkBase();
        return 'base';
      }
    }
    class Api extends Base {
      @outer.retried
      override async load() {
        checkApi();
        return `api of ${await super.load()}`;
      }
    }

    const answer = await outer.run(() => inner.run(() => new Api().load()));

    expect(answer).toBe('api of base');
    expect([outer.details.length, inner.details.length]).toEqual([1, 1]);
  });

  it('that overrides another without a decorator is not retried', async () => {
    const { retried, names } = recorder();
    class Base {
      @retried
      async load(): Promise<string> {
        return 'base';
      }
    }
    class Api extends Base {
      override async load(): Promise<string> {
        throw boom;
      }
    }

    await expect(new Api().load()).rejects.toBe(boom);

    expect(names()).toEqual([]);
  });

  it('called without `this` has the name of the method alone', async () => {
    const { retried, run, names } = recorder();
    const check = failOnce();
    class Api {
      @retried
      async load() {
        check();
        return 'loaded';
      }
    }
    const { load: detached } = new Api();

    const answer = await run(() => detached());

    expect(answer).toBe('loaded');
    expect(names()).toEqual(['load']);
  });

  it('has the name that an option gives it', async () => {
    const { run, clock } = recorder();
    const names: string[] = [];
    const check = failOnce();
    class Api {
      @retry({ name: 'users', clock, onBackoff: ({ name }) => void names.push(name) })
      async load() {
        check();
      }
    }

    await run(() => new Api().load());

    expect(names).toEqual(['users']);
  });

  it('keeps its name, its length and its place on the prototype: not enumerable, writable, configurable', () => {
    const { retried } = recorder();
    class Api {
      @retried
      async load(_id: number, _tag: string) {}

      @retried
      static async create(_id: number) {}

      @retried
      async [load](_id: number) {}
    }
    const asUsual = { enumerable: false, writable: true, configurable: true };

    expect(Object.getOwnPropertyDescriptor(Api.prototype, 'load')).toMatchObject(asUsual);
    expect(Object.getOwnPropertyDescriptor(Api.prototype, load)).toMatchObject(asUsual);
    expect(Object.getOwnPropertyDescriptor(Api, 'create')).toMatchObject(asUsual);
    expect([Api.prototype.load.name, Api.prototype.load.length]).toEqual(['load', 2]);
    expect([Api.prototype[load].name, Api.prototype[load].length]).toEqual(['[load]', 1]);
    expect([Api.create.name, Api.create.length]).toEqual(['create', 1]);
    expect(Object.keys(new Api())).toEqual([]);
  });

  it('keeps the own properties that another decorator put on it', () => {
    const { retried } = recorder();
    const route =
      (path: string) =>
      <F extends object>(method: F, _context: ClassMethodDecoratorContext): F =>
        Object.assign(method, { path });
    class Api {
      @retried
      @route('/below')
      async below() {}

      @route('/above')
      @retried
      async above() {}
    }

    expect(Api.prototype.below).toHaveProperty('path', '/below');
    expect(Api.prototype.above).toHaveProperty('path', '/above');
  });

  it('under two decorators is retried by the lower one first, under one name', async () => {
    const { run, clock } = recorder();
    const order: string[] = [];
    const limits = { jitter: null, maxTries: 2, clock };
    const told = (who: string) => ({
      ...limits,
      onBackoff: ({ name }: CallDetails) => void order.push(`${who} ${name}`),
    });
    class Api {
      @onException(constant(10), Error, told('upper'))
      @onException(constant(1), Error, told('lower'))
      async load() {
        throw boom;
      }
    }

    await expect(run(() => new Api().load())).rejects.toBe(boom);

    expect(order).toEqual(['lower Api.load', 'upper Api.load', 'lower Api.load']);
    expect(clock.now()).toBe(12);
  });

  it('under composed policies has its name in all of them', async () => {
    const { retried, run, names } = recorder();
    const check = failOnce();
    class Api {
      @compose(retry(), retried)
      async load() {
        check();
        return 'loaded';
      }
    }

    const answer = await run(() => new Api().load());

    expect(answer).toBe('loaded');
    expect(names()).toEqual(['Api.load']);
  });

  it('of one class is under the same wrapper as another, and nothing is shared', async () => {
    const { retried, run, names } = recorder();
    const [first, second] = [failOnce(), failOnce()];
    class Users {
      @retried
      async load() {
        first();
        return 'users';
      }
    }
    class Items {
      @retried
      async load() {
        second();
        return 'items';
      }
    }

    const answers = await run(() => Promise.all([new Users().load(), new Items().load()]));

    expect(answers).toEqual(['users', 'items']);
    expect(names()).toEqual(['Users.load', 'Items.load']);
  });

  it('may read options from its instance', async () => {
    const { run, clock } = recorder();
    class Api {
      calls = 0;
      readonly #tries = 3;

      @onException(constant(1), Error, {
        clock,
        maxTries(this: Api) {
          return this.#tries;
        },
      })
      async load() {
        this.calls += 1;
        throw boom;
      }
    }
    const api = new Api();

    await expect(run(() => api.load())).rejects.toBe(boom);

    expect(api.calls).toBe(3);
  });

  it('tells what it is retried with', () => {
    class Api {
      @onException(expo, TypeError, { maxTries: 5 })
      async load() {}

      @onPredicate(fibo)
      static async poll() {}

      async plain() {}
    }

    expect(retryPolicyOf(Api.prototype.load)).toEqual({ wait: expo, errors: TypeError, maxTries: 5 });
    expect(retryPolicyOf(Api.poll)).toEqual({
      wait: fibo,
      predicate: expect.any(Function),
      maxTries: Infinity,
    });
    expect(retryPolicyOf(Api.prototype.plain)).toBeUndefined();
  });
});

describe('onException', () => {
  it('retries the errors it is told, and no others', async () => {
    const { run, clock } = recorder();
    const script = [new TypeError('first'), new RangeError('second')];
    class Api {
      @onException(constant(100), TypeError, { jitter: null, clock })
      async load() {
        throw script.shift();
      }
    }

    await expect(run(() => new Api().load())).rejects.toThrow('second');

    expect(clock.now()).toBe(100);
  });

  it.each([
    ['no errors', () => onException(expo, undefined as never)],
    ['no waits', () => onException(undefined as never, Error)],
    ['an option of others', () => onException(expo, Error, { wait: fibo } as never)],
  ])('refuses %s when the decorator is made', (_what, act) => {
    expect(act).toThrow(OptionError);
  });
});

describe('onPredicate', () => {
  it('retries while the value is falsy, for as long as it takes', async () => {
    const { run, clock } = recorder();
    class Queue {
      polls = 0;

      @onPredicate(constant(100), undefined, { jitter: null, clock })
      async poll() {
        this.polls += 1;
        return this.polls > 50 ? 'job' : undefined;
      }
    }
    const queue = new Queue();

    const answer = await run(() => queue.poll());

    expect(answer).toBe('job');
    expect(clock.now()).toBe(5000);
  });

  it('retries while its predicate is true', async () => {
    const { run, clock } = recorder();
    const script = ['pending', 'pending', 'done'];
    class Jobs {
      @onPredicate(constant(100), (status: string | undefined) => status === 'pending', {
        jitter: null,
        clock,
      })
      async status() {
        return script.shift();
      }
    }

    const answer = await run(() => new Jobs().status());

    expect(answer).toBe('done');
    expect(clock.now()).toBe(200);
  });

  it.each([
    ['no waits', () => onPredicate(undefined as never)],
    ['a predicate that is no function', () => onPredicate(fibo, true as never)],
    ['an option of others', () => onPredicate(fibo, undefined, { giveup: () => true } as never)],
  ])('refuses %s when the decorator is made', (_what, act) => {
    expect(act).toThrow(OptionError);
  });
});

describe('a standard decorator refuses', () => {
  const any = retry() as any;

  it.each<[what: string, act: () => unknown, text: string]>([
    [
      'a class',
      () => {
        @any
        class Api {}
        return Api;
      },
      'Api is a class',
    ],
    [
      'a field',
      () =>
        class {
          @any load = () => 'loaded';
        },
      'load is a field',
    ],
    [
      'a private field',
      () =>
        class {
          @any #load = () => 'loaded';
          get = () => this.#load();
        },
      '#load is a field',
    ],
    [
      'a static field',
      () =>
        class {
          @any static load = () => 'loaded';
        },
      'load is a field',
    ],
    [
      'a getter',
      () =>
        class {
          @any get load() {
            return 'loaded';
          }
        },
      'load is a getter',
    ],
    [
      'a setter',
      () =>
        class {
          @any set load(_value: string) {}
        },
      'load is a setter',
    ],
    [
      'an auto-accessor',
      () =>
        class {
          @any accessor load = 'loaded';
        },
      'load is a accessor',
    ],
    [
      'a generator',
      () =>
        class {
          @any *pages() {}
        },
      'generator function pages',
    ],
    [
      'an async generator',
      () =>
        class {
          @any async *pages() {}
        },
      'generator function pages',
    ],
  ])('%s, with a TypeError that names it', (_what, act, text) => {
    expect(act).toThrow(UsageError);
    expect(act).toThrow(TypeError);
    expect(act).toThrow(text);
  });

  it('nothing of a method named "class"', () => {
    class School {
      @any
      class() {
        return '4b';
      }
    }

    expect(new School().class()).toBe('4b');
  });
});
