/**
 * Playing the same case through the sync and the async driver.
 */
import type { VirtualClock } from '../../src/core.js';

/** Something to throw: an Error, or anything wrapped in `thrown`. Everything else is returned. */
export interface Thrown {
  readonly thrown: unknown;
}

export function thrown(error: unknown): Thrown {
  return { thrown: error };
}

/** A function that plays outcomes one after the other; the last one is repeated. It counts its calls. */
export interface Script {
  (...args: unknown[]): any;
  readonly calls: number;
  readonly seen: readonly unknown[][];
}

export type Play = (...outcomes: unknown[]) => Script;

/** Makes a call and lets virtual time pass until it is over; always a promise, of the result or of the error. */
export type Finish = (clock: VirtualClock, call: (...args: any[]) => any, ...args: unknown[]) => Promise<any>;

/** Makes a function of the driver's kind whose body is run to its end at once. */
export type Make = <This>(
  body: (this: This, ...args: any[]) => unknown,
) => (this: This, ...args: any[]) => any;

export type DriverKind = 'sync' | 'async' | 'promise';

function play(isAsync: boolean): Play {
  return (...outcomes) => {
    const seen: unknown[][] = [];
    const next = (args: unknown[]): unknown => {
      const outcome = outcomes[Math.min(seen.length, outcomes.length - 1)];
      seen.push(args);
      if (outcome instanceof Error) throw outcome;
      if (typeof outcome === 'object' && outcome !== null && 'thrown' in outcome) throw outcome.thrown;
      return outcome;
    };
    const script = isAsync ? async (...args: unknown[]) => next(args) : (...args: unknown[]) => next(args);
    return Object.defineProperties(script, {
      calls: { get: () => seen.length },
      seen: { get: () => seen },
    }) as Script;
  };
}

/** A plain function that returns promises: its kind is not known before it has returned one. */
const playPromises: Play = (...outcomes) => {
  const script = play(true)(...outcomes);
  const plain = (...args: unknown[]): unknown => script(...args);
  return Object.defineProperties(plain, {
    calls: { get: () => script.calls },
    seen: { get: () => script.seen },
  }) as Script;
};

const makeSync: Make = (body) => body;

const makeAsync: Make = (body) =>
  async function (...args) {
    return body.apply(this, args);
  };

const makePromising: Make = (body) => {
  const inner = makeAsync(body);
  return function (...args): unknown {
    return inner.apply(this, args);
  };
};

const finishSync: Finish = (_clock, call, ...args) => new Promise((resolve) => resolve(call(...args)));
const finishAsync: Finish = (clock, call, ...args) => clock.run(() => call(...args));

/** Defines the same tests for sync functions, async functions, and plain functions that return promises. */
export function bothDrivers(
  define: (kind: DriverKind, play: Play, finish: Finish, make: Make) => void,
): void {
  define('sync', play(false), finishSync, makeSync);
  define('async', play(true), finishAsync, makeAsync);
  define('promise', playPromises, finishAsync, makePromising);
}
