/**
 * Metadata that other decorators put on a method, in the way frameworks such as Nest do it: on the function itself.
 */
import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { onException, onPredicate, constant, retry, compose, policyMetadataKey } from '../../src/core.js';
import { retriedMethods, retryPolicyOf } from '../../src/metadata/index.js';

/** Nest's `SetMetadata`: of a method it marks the function, which must still be there in the end. */
const setMetadata =
  (key: unknown, value: unknown) =>
  (_target: object, _key: string | symbol, descriptor: PropertyDescriptor): void => {
    Reflect.defineMetadata(key, value, descriptor.value as object);
  };

/** A decorator that marks the method by class and name instead. */
const setOnClass =
  (key: unknown, value: unknown) =>
  (target: object, name: string | symbol): void => {
    Reflect.defineMetadata(key, value, target, name);
  };

describe('metadata on a retried method', () => {
  it.each([
    ['retry', () => retry()],
    ['onException', () => onException(constant(1), Error)],
    ['onPredicate', () => onPredicate(constant(1))],
    ['compose', () => compose(retry(), retry())],
  ])('is what other decorators put there, above and below %s', (_name, make) => {
    class Controller {
      @setMetadata('roles', ['admin'])
      @make()
      @setMetadata('path', '/users')
      async list() {}
    }
    const method = Controller.prototype.list;

    expect(Reflect.getOwnMetadata('roles', method)).toEqual(['admin']);
    expect(Reflect.getOwnMetadata('path', method)).toBe('/users');
  });

  it('is on the method that two retries ended up with, from above, between and below', () => {
    class Controller {
      @setMetadata('above', 1)
      @retry()
      @setMetadata('between', 2)
      @retry()
      @setMetadata('below', 3)
      async list() {}
    }
    const method = Controller.prototype.list;

    expect(['above', 'between', 'below'].map((key) => Reflect.getOwnMetadata(key, method))).toEqual([
      1, 2, 3,
    ]);
  });

  it('is there for static methods and for names that are symbols, and under keys that are', () => {
    const list = Symbol('list');
    const role = Symbol('role');
    class Controller {
      @retry()
      @setMetadata(role, 'admin')
      static async create() {}

      @retry()
      @setMetadata(role, 'user')
      async [list]() {}
    }

    expect(Reflect.getOwnMetadata(role, Controller.create)).toBe('admin');
    expect(Reflect.getOwnMetadata(role, Controller.prototype[list])).toBe('user');
  });

  it('put there from above is not on the original', () => {
    let original: object | undefined;
    const keep = (_target: object, _key: string, descriptor: PropertyDescriptor): void => {
      original = descriptor.value as object;
    };
    class Controller {
      @setMetadata('roles', ['admin'])
      @retry()
      @keep
      async list() {}
    }

    expect(Reflect.getOwnMetadataKeys(original!)).toEqual([]);
    expect(Reflect.getOwnMetadataKeys(Controller.prototype.list)).toContain('roles');
  });

  it('by class and name is left where it is, with the types that the compiler noted', () => {
    class Controller {
      @setOnClass('above', 1)
      @retry()
      @setOnClass('below', 2)
      async find(_id: number, _tag: string): Promise<string> {
        return 'found';
      }
    }
    const read = (key: string): unknown => Reflect.getMetadata(key, Controller.prototype, 'find');

    expect([read('above'), read('below')]).toEqual([1, 2]);
    expect(read('design:paramtypes')).toEqual([Number, String]);
    expect(read('design:returntype')).toBe(Promise);
    expect(read('design:type')).toBe(Function);
  });

  it('holds the policy', () => {
    class Controller {
      @retry({ maxTries: 5 })
      async list() {}
    }

    const policy: unknown = Reflect.getOwnMetadata(policyMetadataKey, Controller.prototype.list);

    expect(policyMetadataKey).toBe('stampede:policy');
    expect(policy).toEqual({ maxTries: 5 });
  });
});

describe('the door ./metadata', () => {
  it('reads the policies of a class back', () => {
    class Controller {
      @retry({ maxTries: 5 })
      async list() {}

      @retry({ maxTries: 2 })
      static async create() {}

      async plain() {}
    }

    expect(retryPolicyOf(Controller.prototype, 'list')).toEqual({ maxTries: 5 });
    expect(retryPolicyOf(Controller, 'create')).toEqual({ maxTries: 2 });
    expect(retryPolicyOf(Controller.prototype, 'plain')).toBeUndefined();
    expect(retriedMethods(Controller)).toEqual([
      { name: 'list', static: false, policy: { maxTries: 5 } },
      { name: 'create', static: true, policy: { maxTries: 2 } },
    ]);
  });

  it('reads a policy from the metadata of a method that somebody else has wrapped, and copied the metadata of', () => {
    const traced = (_target: object, _key: string, descriptor: PropertyDescriptor): void => {
      const original = descriptor.value as () => unknown;
      const wrapped = function (this: unknown) {
        return original.call(this);
      };
      for (const key of Reflect.getOwnMetadataKeys(original)) {
        Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, original), wrapped);
      }
      descriptor.value = wrapped;
    };
    class Controller {
      @traced
      @retry({ maxTries: 5 })
      async list() {}
    }

    expect(retryPolicyOf(Controller.prototype, 'list')).toEqual({ maxTries: 5 });
  });
});
