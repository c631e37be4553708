/**
 * The headers of a dispatched request, in whichever of undici's shapes they came.
 */
import type { Dispatcher } from 'undici';

type Given = Dispatcher.DispatchOptions['headers'];

/** Headers as they were when the request was made. */
export interface SentHeaders {
  has(name: string): boolean;
  /** In the shape undici takes, with these on top. */
  with(name: string, value: string): SentHeaders;
  readonly wire: Given;
}

/** Pairs in a list, name, value, name, value. */
class ListedHeaders implements SentHeaders {
  constructor(readonly wire: string[]) {}

  has(name: string): boolean {
    return this.wire.some((one, index) => index % 2 === 0 && one.toLowerCase() === name);
  }

  with(name: string, value: string): SentHeaders {
    return new ListedHeaders([...this.wire, name, value]);
  }
}

/** Values, or lists of them, by name. */
class NamedHeaders implements SentHeaders {
  constructor(readonly wire: Record<string, string | string[] | undefined>) {}

  has(name: string): boolean {
    return Object.keys(this.wire).some((one) => one.toLowerCase() === name && this.wire[one] !== undefined);
  }

  with(name: string, value: string): SentHeaders {
    return new NamedHeaders({ ...this.wire, [name]: value });
  }
}

/** A copy of what was given: whoever gave it may change it while a retry waits. */
export function sentHeaders(given: unknown): SentHeaders {
  if (Array.isArray(given)) return new ListedHeaders([...(given as string[])]);
  if (typeof given !== 'object' || given === null) return new NamedHeaders({});
  const isIterable = Symbol.iterator in given;
  if (isIterable) return new ListedHeaders([...(given as Iterable<string[]>)].flat());
  return new NamedHeaders({ ...(given as Record<string, string>) });
}
