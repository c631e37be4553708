/**
 * A circuit breaker that never opens: at the rate of the calls it never sees enough of them.
 */
import type { Ms } from '../../core.js';
import { callsInWindow, evidenceFor, timeToOpen } from './breaker-drill.js';
import { type Finding, found } from './finding.js';
import type { BreakerFacts, GatewayFacts } from './gateway-facts.js';
import { lastingTries } from './retries-multiply.js';
import { count, percent, some, span } from './words.js';

/** A breaker that takes longer has let the outage through. */
const tooLong: Ms = 60_000;
const outage: Ms = 3_600_000;

/**
 * Finds a breaker that the stated rate cannot open, by how long the real one takes when every call fails.
 *
 * An error where it does not open within an hour, a warning where it takes more than a minute. A note where only
 * failures in a row can open it, since the window never holds the calls that make a rate.
 */
export function breakerOutOfReach(facts: GatewayFacts): readonly Finding[] {
  const { breaker, load } = facts;
  if (breaker === undefined || load.rate === undefined || load.rate <= 0) return [];
  const own = load.rate / load.processes;
  const rate = own * Math.min(lastingTries(facts), 1000); // it stands inside the retry, so it sees retries too
  const holds = callsInWindow(breaker, rate);
  const needs = evidenceFor(breaker, rate);
  const isRateDead = breaker.failureRate !== undefined && holds < needs;
  const opensAfter = timeToOpen(breaker, facts, own, outage);
  if (opensAfter !== undefined && opensAfter <= tooLong && !isRateDead) return [];

  const retries = rate > own ? ` (${count(rate)} with retries)` : '';
  const calls = `at ${some(own, 'call')} a second${retries}${load.processes > 1 ? ' in each process' : ''}`;
  const why = reason(breaker, { calls, holds, needs, rate });
  const opens =
    opensAfter === undefined
      ? `it does not open within ${span(outage)} in which every call fails.`
      : `it opens ${span(opensAfter)} after everything has begun to fail${isRateDead ? ', by failures in a row only; it never sees a part of the calls fail' : ''}.`;
  return [
    found(facts, {
      rule: 'breaker-out-of-reach',
      severity: opensAfter === undefined ? 'error' : opensAfter > tooLong ? 'warning' : 'note',
      number: isRateDead
        ? { value: holds, unit: 'calls', says: `${why}; ${opens}` }
        : { value: opensAfter ?? Infinity, unit: 'ms', says: `${why}; ${opens}` },
      cure: curing(breaker, rate, needs),
    }),
  ];
}

function reason(
  { failureRate, consecutive, window }: BreakerFacts,
  { calls, holds, needs, rate }: { calls: string; holds: number; needs: number; rate: number },
): string {
  if (failureRate === undefined) {
    const failures = consecutive?.failures ?? 0;
    return `${calls} ${count(failures)} failures in a row take ${span((1000 * (failures - 1)) / rate)}`;
  }
  if ('span' in window) {
    return `${calls} its window of ${span(window.span)} holds ${some(holds, 'call')}, and it takes ${count(needs)} to know a rate`;
  }
  const failed = Math.max(needs, failureRate * holds);
  return (
    `${calls} it takes ${span((1000 * failed) / rate)} until ${percent(failureRate)} of the last ${count(holds)} calls ` +
    `have failed`
  );
}

function curing({ window, failureRate }: BreakerFacts, rate: number, needs: number): string {
  const inHalfOfThat = (rate * tooLong) / 2000;
  const streak = `open it after failures in a row: consecutive: ${Math.max(2, Math.min(5, Math.floor(inHalfOfThat)))}`;
  if (failureRate === undefined) return `${capital(streak)}.`;
  if ('calls' in window) {
    const fewer = Math.floor(inHalfOfThat / failureRate);
    return fewer < 2 ? `${capital(streak)}.` : `Look at fewer calls (last_calls: ${fewer}), or ${streak}.`;
  }
  const longer = span(Math.ceil((1.2 * needs) / rate) * 1000);
  const fewest = Math.max(1, Math.floor((0.8 * rate * window.span) / 1000));
  return `Set a window of ${longer}, or min_calls: ${fewest}, or ${streak}.`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
