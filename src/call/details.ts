/**
 * What a callback is told about the call it belongs to.
 */
import type { Ms } from '../time/duration.js';
import type { AnyFunction } from './wrapper.js';

/** One attempt that has ended. */
export interface AttemptRecord {
  /** Which attempt it was, from 1. */
  readonly tries: number;
  /** From the start of the call to the end of this attempt; `undefined` when nothing asked the call to keep time. */
  readonly elapsed: Ms | undefined;
  readonly ok: boolean;
  /** What it threw, where `ok` is false. */
  readonly error?: unknown;
  /** What it returned, where `ok` is true. */
  readonly value?: unknown;
  /** The wait that followed it; `undefined` where none did. */
  readonly wait: Ms | undefined;
}

/** The attempts of a call that have ended: the first, and the last nine. Memory does not grow with the tries. */
export interface History {
  readonly attempts: readonly AttemptRecord[];
  /** How many attempts between the first and the last nine were left out. */
  readonly omitted: number;
}

/** What `giveup`, error tests, predicates and options given as functions are told. Frozen. */
export interface CallDetails {
  /** The function as it was before it was wrapped. */
  readonly target: AnyFunction;
  readonly args: readonly unknown[];
  readonly thisArg: unknown;
  readonly name: string;
  /** Attempts made so far, the first included. */
  readonly tries: number;
  /** Milliseconds since the first attempt started. */
  readonly elapsed: Ms;
  /** Which rule is being applied, from 0; `undefined` before one has matched. */
  readonly rule: number | undefined;
  readonly history: History;
}

/** An option that may be a function of the call: called once per call, when first needed, with the call's `this`. */
export type RuntimeOption<T, This = any> = T | ((this: This, details: CallDetails) => T);
