/**
 * When the tries of a policy happen: a crowd of clients that always fail, in virtual time.
 *
 * The numbers come from the engine that production runs, not from a formula beside it.
 */
import { type GiveUpReason, type Ms, type Random, VirtualClock, seeded, withRetry } from '../core.js';
import type { Policy } from './policy.js';

export interface ScheduleOptions {
  /** How many tries are looked at, at most. */
  readonly tries: number;
  /** How many clients. */
  readonly clients: number;
  /** Of the dice. */
  readonly seed: number;
  /** How long each attempt takes before it fails. */
  readonly attempt: Ms;
}

/** How some numbers lie, in milliseconds. */
export interface Spread {
  readonly min: Ms;
  readonly median: Ms;
  readonly p95: Ms;
  readonly max: Ms;
}

/** One try of the crowd. */
export interface ScheduledTry {
  /** From 1. */
  readonly try: number;
  /** The longest wait before it, without jitter and before `maxTime` cuts it; 0 for the first. */
  readonly bound: Ms;
  /** The waits before it, as the clients drew them. */
  readonly wait: Spread;
  /** When it starts, from the start of the first. */
  readonly startsAt: Spread;
  /** How many clients made it. */
  readonly clients: number;
}

export interface Schedule {
  /** Every try that would be made without `maxTime`; one that no client made has zeros and 0 clients. */
  readonly tries: readonly ScheduledTry[];
  /** When clients gave up, from the start of the first attempt. */
  readonly total: Spread & { readonly mean: Ms };
  /** The same, where the dice give the longest wait each time. */
  readonly longest: Ms;
  /** Why they gave up, and how many did. `'tries'`: no more tries were looked at, though the policy has more. */
  readonly ends: Readonly<Partial<Record<GiveUpReason | 'tries', number>>>;
}

/** What one client did. */
interface Story {
  readonly waits: readonly Ms[];
  readonly starts: readonly Ms[];
  readonly total: Ms;
  readonly reason: GiveUpReason | 'tries';
}

/** As near to 1 as dice come. */
const highest: Random = () => 1 - 2 ** -32;

/**
 * Lets a crowd fail under a policy.
 *
 *     scheduleOf({ wait: fibo, jitter: null, maxTries: 4, maxTime: Infinity }, { tries: 4, clients: 1, seed: 1, attempt: 0 })
 *       .tries.map((one) => one.bound)   // 0, 1000, 1000, 2000
 *
 * @throws {OptionError} what the waits throw for options that do not go together.
 */
export function scheduleOf(policy: Policy, options: ScheduleOptions): Schedule {
  const random = seeded(options.seed);
  const unlimited = tell({ ...policy, jitter: null, maxTime: Infinity }, options, highest);
  const longest = tell(policy, options, highest);
  const crowd = Array.from({ length: options.clients }, () => tell(policy, options, random));

  const ends: Partial<Record<GiveUpReason | 'tries', number>> = {};
  for (const { reason } of crowd) ends[reason] = (ends[reason] ?? 0) + 1;
  const totals = crowd.map(({ total }) => total);
  return {
    tries: unlimited.starts.map((_, index) => ({
      try: index + 1,
      bound: unlimited.waits[index - 1] ?? 0,
      wait: spreadOf(
        crowd.flatMap(({ waits, starts }) => (index < starts.length ? [waits[index - 1] ?? 0] : [])),
      ),
      startsAt: spreadOf(crowd.flatMap(({ starts }) => starts[index] ?? [])),
      clients: crowd.filter(({ starts }) => index < starts.length).length,
    })),
    total: { ...spreadOf(totals), mean: sum(totals) / totals.length },
    longest: Math.max(longest.total, ...totals),
    ends,
  };
}

function tell(policy: Policy, { tries, attempt }: ScheduleOptions, random: Random): Story {
  const clock = new VirtualClock();
  const waits: Ms[] = [];
  const starts: Ms[] = [];
  let reason: GiveUpReason = 'maxTries';
  const failing = withRetry(
    (): never => {
      starts.push(clock.now());
      clock.block(attempt);
      throw new Error('down');
    },
    {
      ...policy,
      maxTries: Math.min(policy.maxTries, tries),
      clock,
      random,
      mode: 'sync',
      log: false,
      onBackoff: ({ wait }) => waits.push(wait),
      onGiveup: (details) => (reason = details.reason),
    },
  );
  try {
    failing();
  } catch (error) {
    if (!(error instanceof Error) || error.message !== 'down') throw error;
  }
  const unseen = reason === 'maxTries' && policy.maxTries > tries;
  return { waits, starts, total: clock.now(), reason: unseen ? 'tries' : reason };
}

/** How numbers lie, by nearest rank; zeros for none. */
function spreadOf(numbers: readonly number[]): Spread {
  const sorted = [...numbers].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { min: at(0), median: at(0.5), p95: at(0.95), max: at(1) };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
