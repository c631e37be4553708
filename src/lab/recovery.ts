/**
 * How long it takes to be back: as measured, and as a closed form says.
 *
 * Two forms, for two ways back. A service without a breaker before it has to work off its *backlog*. One behind a
 * breaker has long done so when it is asked again: what takes time is to find out.
 */
import type { Ms } from '../core.js';
import type { PageRecord } from './record.js';

/** A page that takes longer is not a normal one: ten times what it takes where all is well. */
const bearable: Ms = 500;

/** A circuit spreads its open time by a fifth to both sides, unless it is told otherwise. */
const mostJitter = 1.2;

/** Of the pages of a second, so many may be bad where all is well. */
const usualShare = 0.05;

/** A page as it should be, of a service that nothing harms: both lists, or a 401, in good time. */
export function isNormal({ status, isDegraded, latency }: PageRecord): boolean {
  return (status === 401 || (status === 200 && !isDegraded)) && latency <= bearable;
}

/**
 * From the end of a fault until pages are as they should be, and stay so.
 *
 *     backToNormal(pages, 6000, 10_000)   // 1240; null: not within the run
 *
 * The last bad page counts that has more than a twentieth of bad ones in the second from it on; one alone is no outage.
 *
 * @param endsAt  The end of the run. Its last second has to be normal, or there is no telling.
 */
export function backToNormal(pages: readonly PageRecord[], faultEndsAt: Ms, endsAt: Ms): Ms | null {
  const after = pages.filter(({ at }) => at >= faultEndsAt).sort((one, other) => one.at - other.at);
  let last: Ms | undefined;
  for (const page of after) {
    if (isNormal(page)) continue;
    const second = after.filter(({ at }) => at >= page.at && at < page.at + 1000);
    const bad = second.filter((one) => !isNormal(one)).length;
    if (bad > Math.max(1, usualShare * second.length)) last = page.at; // near the end a second has few pages
  }
  if (last === undefined) return 0;
  return last > endsAt - 1000 ? null : last - faultEndsAt;
}

/**
 * How long a queue takes to become short enough for answers to be in time: (b − C·T) / (C − λ·m).
 *
 *     drainTime({ backlog: 100, capacity: 0.133, load: 0.05, tries: 1, patience: 250 })   // 804 ms
 *     drainTime({ backlog: 100, capacity: 0.133, load: 0.05, tries: 4, patience: 250 })   // Infinity
 *
 * @param backlog   Requests that wait when the fault ends.
 * @param capacity  Requests that can be served per millisecond.
 * @param load      Calls per millisecond, the first attempts only.
 * @param tries     Attempts for each call while it lasts. With λ·m ≥ C it never ends.
 * @param patience  An answer that took longer is of no use.
 */
export function drainTime(given: {
  readonly backlog: number;
  readonly capacity: number;
  readonly load: number;
  readonly tries: number;
  readonly patience: Ms;
}): Ms {
  const { backlog, capacity, load, tries, patience } = given;
  const surplus = backlog - capacity * patience;
  if (surplus <= 0) return 0;
  return capacity > load * tries ? surplus / (capacity - load * tries) : Infinity;
}

/**
 * How long a circuit takes at most to be closed again after what it guards has come back: a probe that was sent too
 * early fails, the circuit stays open for its longest time, a call comes that is let through, and then one after each
 * step of the ramp.
 *
 *     const ramp = { from: 0.5, factor: 2, every: 250 };
 *     comebackTime({ timeout: 250, maxOpenTime: 1000, load: 0.05, ramp })   // 1820 ms
 *
 * @param timeout  How long a probe takes to fail.
 * @param load     Calls per millisecond that this one circuit sees: those of its own process. They come as a Poisson
 *   process does, so 95 of 100 come within 3 / load.
 */
export function comebackTime(given: {
  readonly timeout: Ms;
  readonly maxOpenTime: Ms;
  readonly load: number;
  readonly ramp: { readonly from: number; readonly factor: number; readonly every: Ms };
}): Ms {
  const { timeout, maxOpenTime, load, ramp } = given;
  const nextCall = 3 / load;
  let time = timeout + mostJitter * maxOpenTime + nextCall;
  for (let share = ramp.from; share < 1; share *= ramp.factor) time += ramp.every + nextCall;
  return time;
}
