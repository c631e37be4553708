/**
 * Which errors a file means: classes cannot be named in it, so it names what an error says of itself.
 */
import type { ErrorTest } from '../../core.js';

/** How far the classes of an error are followed upward. */
const deepest = 20;

/**
 * A test of an error by its `name`, its `code`, or the name of its class or of one that it extends.
 *
 *     errorsOf(['ECONNRESET', 'HttpError'])
 */
export function errorsOf(names: readonly string[]): ErrorTest {
  const wanted: ReadonlySet<unknown> = new Set(names);
  const isListed = (error: unknown): boolean => {
    try {
      return saysOf(error).some((name) => wanted.has(name));
    } catch {
      return false; // an error whose getters throw says nothing
    }
  };
  return Object.defineProperty(isListed, 'name', { value: names.join(' or ') });
}

function saysOf(error: unknown): readonly unknown[] {
  if (typeof error !== 'object' || error === null) return [];
  const { name, code } = error as { readonly name?: unknown; readonly code?: unknown };
  return [name, code, ...classesOf(error)];
}

function classesOf(error: object): readonly string[] {
  const names: string[] = [];
  let proto: unknown = Object.getPrototypeOf(error);
  while (proto !== null && proto !== Object.prototype && names.length < deepest) {
    const { constructor } = proto as { readonly constructor?: { readonly name?: string } };
    if (typeof constructor?.name === 'string') names.push(constructor.name);
    proto = Object.getPrototypeOf(proto);
  }
  return names;
}
