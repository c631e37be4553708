/**
 * Making a wrapped function look like the original, and noting on it what it was wrapped with.
 */
import type { AnyFunction } from './wrapper.js';

interface Metadata {
  getOwnMetadataKeys?(target: object): unknown[];
  getOwnMetadata?(key: unknown, target: object): unknown;
  defineMetadata?(key: unknown, value: unknown, target: object): void;
}

const ownOnly = new Set<string | symbol>(['prototype', 'arguments', 'caller']);

/** The policy that a function was wrapped with. A registered symbol, so that other copies of the package read it. */
export const policyKey = Symbol.for('stampede.policy');

/** The same, where reflect-metadata is loaded. */
export const policyMetadataKey = 'stampede:policy';

/**
 * Makes a wrapped function look like the original: name, length, own properties, and metadata if the host has any.
 * Notes the policy on it.
 */
export function dress(wrapped: AnyFunction, original: AnyFunction, policy: object | undefined): AnyFunction {
  for (const key of Reflect.ownKeys(original)) {
    const descriptor = Object.getOwnPropertyDescriptor(original, key);
    if (descriptor && !ownOnly.has(key))
      Object.defineProperty(wrapped, key, { ...descriptor, configurable: true });
  }
  // Looked up each time: the program may load reflect-metadata after us, or never.
  const metadata = Reflect as Metadata;
  for (const key of metadata.getOwnMetadataKeys?.(original) ?? []) {
    metadata.defineMetadata?.(key, metadata.getOwnMetadata?.(key, original), wrapped);
  }
  if (policy !== undefined) {
    Object.defineProperty(wrapped, policyKey, { value: policy, configurable: true });
    metadata.defineMetadata?.(policyMetadataKey, policy, wrapped);
  }
  return wrapped;
}
