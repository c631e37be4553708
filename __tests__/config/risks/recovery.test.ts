/**
 * Is it so that a service recovers where ρ × n is below 1, and not where it is above? Asked of a queue that knows nothing
 * of the rule.
 *
 * One server answers a hundred calls in a second, first come first served, also those that nobody waits for any more.
 * Callers wait for a second, then try again at once. For thirty seconds nothing is answered.
 */
import { describe, expect, it } from '@jest/globals';
import { overload } from '../../../src/config/risks/overload.js';
import { factsOf } from './facts-of.js';

const capacity = 100;
const patience = 1000;
const outage = { from: 20_000, to: 50_000 };
const end = 400_000;
const mostQueued = 10 * capacity;

interface Attempt {
  readonly until: number;
  readonly tries: number;
  answered: boolean;
}

/** The share of the calls of the last minute that are answered in time. */
function servedInTheEnd(rate: number, maxTries: number): number {
  const queue: Attempt[] = [];
  let served = 0; // how far the queue has been worked off
  const waiting: Attempt[] = []; // all are as patient, so the first to come is the first to go
  let gone = 0;
  let good = 0;
  const send = (now: number, tries: number): void => {
    const attempt = { until: now + patience, tries, answered: false };
    waiting.push(attempt);
    if (queue.length - served < mostQueued) queue.push(attempt);
  };
  let arrivals = 0;
  for (let now = 0; now < end; now += 1000 / capacity) {
    while (gone < waiting.length && waiting[gone]!.until <= now) {
      const { answered, tries, until } = waiting[gone++]!;
      if (!answered && tries < maxTries) send(until, tries + 1);
    }
    for (arrivals += rate / capacity; arrivals >= 1; arrivals -= 1) send(now, 1);
    const isDown = now >= outage.from && now < outage.to;
    if (isDown || served === queue.length) continue;
    const attempt = queue[served++]!;
    attempt.answered = now <= attempt.until;
    if (attempt.answered && now >= end - 60_000) good += 1;
  }
  return good / (60 * rate);
}

describe('a service after an outage', () => {
  it.each([
    [2, 45, 55],
    [3, 30, 37],
    [5, 17, 23],
  ])('recovers with %s tries at a load of %s of 100, and not at %s', (maxTries, low, high) => {
    const findings = (rate: number): number =>
      overload(factsOf({ budget: undefined, retry: { maxTries }, load: { rate, capacity } })).length;

    expect([servedInTheEnd(low, maxTries) > 0.95, findings(low)]).toEqual([true, 0]);
    expect([servedInTheEnd(high, maxTries) > 0.95, findings(high)]).toEqual([false, 1]);
  });

  it('recovers at nearly any load without retries', () => {
    expect(servedInTheEnd(90, 1)).toBeGreaterThan(0.95);
  });
});
