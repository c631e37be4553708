/**
 * What the tests against litl/backoff share: its error classes, its numbers, and a record of what handlers are told.
 *
 * `B12` is the twelfth function of backoff's suite, `F3` the third of its fork's `test_retry_context.py`.
 * A case that backoff tests twice, sync and async, has two numbers and runs here through one table.
 */
import { afterAll, beforeAll, jest } from '@jest/globals';
import {
  type BackoffDetails,
  type GiveUpDetails,
  type Ms,
  type Outcome,
  type SuccessDetails,
  VirtualClock,
  type WaitMaker,
  type WaitScope,
  type Waits,
} from '../../src/core.js';
import type { DriverKind, Script } from '../support/both-drivers.js';

export class KeyError extends Error {
  override readonly name = 'KeyError';
}

export class ValueError extends Error {
  override readonly name = 'ValueError';
}

/** The start of a title: the number of the case for this kind of function. */
export function numbered(kind: DriverKind, sync: string, async = sync): string {
  return `${kind === 'sync' ? sync : async} ${kind}`;
}

/** Keeps the warnings of a file's tests off the screen: sync functions that throw at once, handlers that fail. */
export function withoutWarnings(): jest.Mock<typeof process.emitWarning> {
  const warned = jest.fn<typeof process.emitWarning>();
  beforeAll(() => void jest.spyOn(process, 'emitWarning').mockImplementation(warned));
  afterAll(() => void jest.restoreAllMocks());
  return warned;
}

/** Keeps what handlers are told. */
export function recorder() {
  const backoffs: BackoffDetails[] = [];
  const giveups: GiveUpDetails[] = [];
  const successes: SuccessDetails[] = [];
  return {
    backoffs,
    giveups,
    successes,
    handlers: {
      onBackoff: (details: BackoffDetails) => void backoffs.push(details),
      onGiveup: (details: GiveUpDetails) => void giveups.push(details),
      onSuccess: (details: SuccessDetails) => void successes.push(details),
    },
  };
}

/** A script whose calls take time: the first so many milliseconds, the second so many, and so on. */
export function lasting(
  kind: DriverKind,
  clock: VirtualClock,
  script: Script,
  durations: readonly Ms[],
): Script {
  const call = (args: readonly unknown[]): unknown => {
    clock.block(durations[script.calls] ?? 0);
    return script(...args);
  };
  const plain = (...args: unknown[]): unknown => call(args);
  const slow = kind === 'async' ? async (...args: unknown[]): Promise<unknown> => call(args) : plain;
  return Object.defineProperties(slow, {
    calls: { get: () => script.calls },
    seen: { get: () => script.seen },
  }) as Script;
}

/** The first `count` waits of a maker, each asked for with an outcome. */
export function take(maker: WaitMaker, count: number, outcomes: readonly Outcome[] = []): Ms[] {
  const scope: WaitScope = {
    clock: new VirtualClock(),
    random: () => 0.5,
    read: (option) => option as never,
  };
  const outcome = (index: number): Outcome => outcomes[index] ?? { ok: true, value: undefined };
  const waits = maker(outcome(0), scope) as Waits;
  return Array.from({ length: count }, (_, index) => waits.next(outcome(index)).value as Ms);
}

/** Lets time pass on a virtual clock. */
export function pause(clock: VirtualClock, time: Ms): Promise<void> {
  return new Promise((resolve) => {
    clock.schedule({ place: -1, unref: false, wake: () => resolve() }, time);
  });
}
