import { describe, expect, it } from '@jest/globals';
import { compose, onException, onPredicate, constant, retry, withRetry } from '../../src/core.js';
import { retriedMethods, retryPolicyOf } from '../../src/metadata/index.js';

const poll = Symbol('poll');

class Base {
  @retry({ maxTries: 2 })
  async inherited() {}

  @retry({ maxTries: 3 })
  async overridden() {}

  @retry({ maxTries: 4 })
  async replaced() {}

  @retry({ maxTries: 5 })
  static async create() {}

  @retry({ maxTries: 6 })
  static async reset() {}
}

class Api extends Base {
  @retry({ maxTries: 7 })
  async own() {}

  @retry({ maxTries: 8 })
  override async overridden() {}

  override async replaced() {}

  @retry({ maxTries: 9 })
  async [poll]() {}

  @retry({ maxTries: 10 })
  static override async reset() {}

  async plain() {}

  get asked(): never {
    throw new Error('a getter must not be asked');
  }

  static get shared(): never {
    throw new Error('a getter must not be asked');
  }
}

describe('retryPolicyOf', () => {
  it.each<[what: string, target: object, key: string | symbol, maxTries: number]>([
    ['a method', Api.prototype, 'own', 7],
    ['a method, from an instance', new Api(), 'own', 7],
    ['an inherited method', Api.prototype, 'inherited', 2],
    ['an inherited method, from an instance', new Api(), 'inherited', 2],
    ['an overridden method', Api.prototype, 'overridden', 8],
    ['the method that it overrides', Base.prototype, 'overridden', 3],
    ['a method whose name is a symbol', Api.prototype, poll, 9],
    ['an inherited static method', Api, 'create', 5],
    ['an overridden static method', Api, 'reset', 10],
  ])('reads back the policy of %s', (_what, target, key, maxTries) => {
    expect(retryPolicyOf(target, key)).toEqual({ maxTries });
  });

  it.each<[what: string, target: object, key: string | symbol]>([
    ['a method that is not retried', Api.prototype, 'plain'],
    ['a method that overrides a retried one, and is not retried itself', Api.prototype, 'replaced'],
    ['a getter, which it does not ask', Api.prototype, 'asked'],
    ['a static getter, which it does not ask', Api, 'shared'],
    ['a name that nothing has', Api.prototype, 'nothing'],
    ['a name that every object has', Api.prototype, 'toString'],
    ['the constructor', Api.prototype, 'constructor'],
    ['an instance method, asked of the class', Api, 'own'],
    ['a static method, asked of the prototype', Api.prototype, 'create'],
    ['a method of an object without a prototype', Object.create(null) as object, 'own'],
  ])('gives undefined for %s', (_what, target, key) => {
    expect(retryPolicyOf(target, key)).toBeUndefined();
  });

  it('reads the policy of a function that an object holds', () => {
    const service = { load: withRetry(() => 'loaded', { maxTries: 5 }) };

    expect(retryPolicyOf(service, 'load')).toEqual({ maxTries: 5 });
  });

  it('gives what cannot be changed', () => {
    const policy = retryPolicyOf(Api.prototype, 'own');

    expect(Object.isFrozen(policy)).toBe(true);
  });

  it('gives the policy of the upper of two decorators', () => {
    class Stacked {
      @onException(constant(1), Error, { maxTries: 3 })
      @onPredicate(constant(2))
      async load() {}
    }

    expect(retryPolicyOf(Stacked.prototype, 'load')).toMatchObject({ errors: Error, maxTries: 3 });
  });

  it('gives the policy of the outermost retry that was composed', () => {
    class Composed {
      @compose(retry({ maxTries: 3 }), retry({ maxTries: 4 }))
      async load() {}
    }

    expect(retryPolicyOf(Composed.prototype, 'load')).toEqual({ maxTries: 3 });
  });
});

describe('retriedMethods', () => {
  it('lists the retried methods of a class: own, overridden and inherited ones, those of its instances first', () => {
    const methods = retriedMethods(Api);

    expect(methods).toEqual([
      { name: 'own', static: false, policy: { maxTries: 7 } },
      { name: 'overridden', static: false, policy: { maxTries: 8 } },
      { name: poll, static: false, policy: { maxTries: 9 } },
      { name: 'inherited', static: false, policy: { maxTries: 2 } },
      { name: 'reset', static: true, policy: { maxTries: 10 } },
      { name: 'create', static: true, policy: { maxTries: 5 } },
    ]);
  });

  it('lists none of a class that has none, abstract ones and those with a private constructor included', () => {
    abstract class Abstract {
      abstract load(): void;
    }
    class Single {
      static readonly only = new Single();
      private constructor() {}
    }

    expect([retriedMethods(class {}), retriedMethods(Abstract), retriedMethods(Single)]).toEqual([
      [],
      [],
      [],
    ]);
  });

  it('lists none of what JavaScript itself brings', () => {
    class Own extends Map<string, string> {}

    expect(retriedMethods(Own)).toEqual([]);
    expect(retriedMethods(Object)).toEqual([]);
  });
});
