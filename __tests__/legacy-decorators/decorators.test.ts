/**
 * Legacy decorators (`experimentalDecorators`) at run time. Standard ones: `../retry/decorators.test.ts`.
 */
import { describe, expect, it } from '@jest/globals';
import {
  type CallDetails,
  UsageError,
  VirtualClock,
  compose,
  constant,
  onException,
  onPredicate,
  retry,
  retryPolicyOf,
} from '../../src/core.js';

const boom = new Error('boom');

/** Tries again after 100 ms. Notes whom it retried. */
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

  it('that is inherited is named after the class that it stands in', async () => {
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
    expect(names()).toEqual(['Base.load']);
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
    expect(outer.names()).toEqual(['Api.load']);
    expect(inner.names()).toEqual(['Base.load']);
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

  it('keeps what other decorators asked of its descriptor', () => {
    const { retried } = recorder();
    const fixed = (_target: object, _key: string, descriptor: PropertyDescriptor) => {
      descriptor.writable = false;
      descriptor.enumerable = true;
    };
    class Api {
      @retried
      @fixed
      async load() {}
    }

    expect(Object.getOwnPropertyDescriptor(Api.prototype, 'load')).toMatchObject({
      writable: false,
      enumerable: true,
    });
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

  it('is polled by onPredicate', async () => {
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

  it('tells what it is retried with', () => {
    class Api {
      @retry({ maxTries: 5 })
      async load() {}

      async plain() {}
    }

    expect(retryPolicyOf(Api.prototype.load)).toEqual({ maxTries: 5 });
    expect(retryPolicyOf(Api.prototype.plain)).toBeUndefined();
  });
});

describe('a legacy decorator refuses', () => {
  const any = retry() as any;

  it.each<[what: string, act: () => unknown, text: RegExp]>([
    [
      'a class',
      () => {
        @any
        class Api {}
        return Api;
      },
      /not classes.*Api/,
    ],
    [
      'a field',
      () => {
        class Api {
          @any load = () => 'loaded';
        }
        return Api;
      },
      /load is a field/,
    ],
    [
      'a static field',
      () => {
        class Api {
          @any static load = () => 'loaded';
        }
        return Api;
      },
      /load is a field/,
    ],
    [
      'a getter',
      () => {
        class Api {
          @any get load() {
            return 'loaded';
          }
        }
        return Api;
      },
      /load is .*an accessor/,
    ],
    [
      'a getter that gives a function',
      () => {
        class Api {
          @any get load() {
            return () => 'loaded';
          }
        }
        return Api;
      },
      /load is .*an accessor/,
    ],
    [
      'a setter',
      () => {
        class Api {
          @any set load(_value: string) {}
        }
        return Api;
      },
      /load is .*an accessor/,
    ],
    [
      'a parameter',
      () => {
        class Api {
          load(@any _id: number) {}
        }
        return Api;
      },
      /load/,
    ],
    [
      'a parameter of a constructor',
      () => {
        class Api {
          constructor(@any readonly id: number) {}
        }
        return Api;
      },
      /Api/,
    ],
    [
      'a generator',
      () => {
        class Api {
          @any *pages() {}
        }
        return Api;
      },
      /generator function pages/,
    ],
    [
      'an async generator',
      () => {
        class Api {
          @any async *pages() {}
        }
        return Api;
      },
      /generator function pages/,
    ],
  ])('%s, with a TypeError that names it', (_what, act, text) => {
    expect(act).toThrow(UsageError);
    expect(act).toThrow(TypeError);
    expect(act).toThrow(text);
  });

  it('a parameter by saying that it is one', () => {
    const act = () => {
      class Api {
        load(@any _id: number) {}
      }
      return Api;
    };

    expect(act).toThrow(/parameter/);
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
