/**
 * Reading policies back from classes, for frameworks that work with reflect-metadata: the door `stampede-js/metadata`.
 *
 * Importing this module loads reflect-metadata, which adds to the global `Reflect`. The core never does.
 */
import 'reflect-metadata';
import { policyMetadataKey, retryPolicyOf as policyOfFunction } from '../core.js';

/** The options a method was decorated with, frozen. */
export type PolicyOptions = Readonly<Record<string, unknown>>;

/** A method that is retried. */
export interface RetriedMethod {
  readonly name: string | symbol;
  readonly static: boolean;
  readonly policy: PolicyOptions;
}

/** Any class, also one that is abstract or whose constructor is private. */
export interface AnyClass {
  readonly prototype: object;
}

/**
 * The options that a method is retried with; `undefined` when it is not.
 *
 *     retryPolicyOf(Api.prototype, 'load')?.maxTries   // 5
 *
 * @param target  The prototype of a class, an instance, or the class itself for static methods.
 */
export function retryPolicyOf(target: object, key: string | symbol): PolicyOptions | undefined {
  const method = methodOf(target, key);
  if (method === undefined) return undefined;
  return (
    policyOfFunction(method) ?? (Reflect.getMetadata(policyMetadataKey, method) as PolicyOptions | undefined)
  );
}

/**
 * The methods of a class that are retried, its own and inherited ones, static ones included.
 *
 *     for (const { name, policy } of retriedMethods(Api)) console.log(name, policy.maxTries);
 */
export function retriedMethods(Class: AnyClass): RetriedMethod[] {
  return [...retriedOn(Class.prototype, false), ...retriedOn(Class, true)];
}

function retriedOn(target: object, isStatic: boolean): RetriedMethod[] {
  return [...keysOf(target)].flatMap((name) => {
    const policy = retryPolicyOf(target, name);
    return policy === undefined ? [] : [{ name, static: isStatic, policy }];
  });
}

// A getter is not called: it may do anything.
function methodOf(target: object, key: string | symbol): object | undefined {
  const owner = chainOf(target).find((link) => Object.hasOwn(link, key));
  const value: unknown = owner && Object.getOwnPropertyDescriptor(owner, key)?.value;
  return typeof value === 'function' ? value : undefined;
}

function keysOf(target: object): Set<string | symbol> {
  return new Set(chainOf(target).flatMap((link) => Reflect.ownKeys(link)));
}

function chainOf(target: object): object[] {
  const links: object[] = [];
  for (
    let link: object | null = target;
    link !== null && !isBuiltIn(link);
    link = Object.getPrototypeOf(link) as object
  ) {
    links.push(link);
  }
  return links;
}

function isBuiltIn(link: object): boolean {
  return link === Object.prototype || link === Function.prototype;
}
