/**
 * What holds for `Attempts` whatever it is told.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  Attempts,
  constant,
  decay,
  decorrelated,
  equalJitter,
  expo,
  fibo,
  fullJitter,
  linear,
  noJitter,
  proportionalJitter,
  random,
  randomJitter,
  runtime,
  seeded,
} from '../../src/core.js';
import type { Attempts as Thinker, Jitter, Step, WaitMaker } from '../../src/core.js';
import { fail, findingOf, limitsOf, ruleOf } from '../support/thinking.js';

const duration = fc.integer({ min: 0, max: 5000 });

const waits: fc.Arbitrary<WaitMaker> = fc.oneof(
  duration.map((ms) => constant(ms)),
  fc.array(duration, { maxLength: 20 }).map((list) => constant(list)),
  duration.map((maxValue) => expo({ factor: 10, maxValue })),
  duration.map((maxValue) => fibo({ maxValue })),
  duration.map((minValue) => decay({ minValue })),
  duration.map((maxValue) => linear({ maxValue })),
  duration.map((max) => random({ max })),
  duration.map((more) => decorrelated({ base: 10, maxValue: 10 + more })),
  duration.map((ms) => runtime({ value: () => ms })),
);

const jitter: fc.Arbitrary<Jitter | null | undefined> = fc.constantFrom(
  undefined,
  null,
  fullJitter,
  equalJitter,
  noJitter,
  randomJitter({ max: 700 }),
  proportionalJitter({ ratio: 0.5 }),
);

/** A call: how long each attempt takes, under which limits. */
const story = fc.record({
  waits,
  jitter,
  maxTries: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(Infinity)),
  maxTime: fc.oneof(duration, fc.constant(Infinity)),
  deadline: fc.oneof(duration, fc.constant(Infinity)),
  durations: fc.array(duration, { minLength: 1, maxLength: 60 }),
  seed: fc.integer(),
});

type Story = typeof story extends fc.Arbitrary<infer S> ? S : never;

interface Played {
  readonly attempts: Thinker;
  readonly steps: readonly Step[];
  /** The moments at which attempts started. */
  readonly starts: readonly number[];
}

/** Plays a call to its end: every attempt fails, every wait is waited. */
function played({ waits, jitter, maxTries, maxTime, deadline, durations, seed }: Story): Played {
  const attempts = new Attempts(0);
  const limits = limitsOf({ maxTries, maxTime, jitter, random: seeded(seed) });
  const finding = findingOf(ruleOf(waits));
  const steps: Step[] = [];
  const starts: number[] = [];
  let now = 0;
  for (const duration of durations) {
    starts.push(now);
    now += duration;
    const step = fail(attempts, now, limits, finding, deadline - now);
    steps.push(step);
    if (step.kind === 'giveup') break;
    now += step.ms;
  }
  return { attempts, steps, starts };
}

describe('Attempts, whatever it is told', () => {
  it('never lets tries exceed maxTries', () => {
    fc.assert(
      fc.property(story, (given) => {
        const { attempts, steps } = played(given);

        expect(attempts.tries).toBeLessThanOrEqual(given.maxTries);
        if (attempts.tries === given.maxTries) expect(steps.at(-1)?.kind).toBe('giveup');
      }),
    );
  });

  it('never plans an attempt to start after maxTime, its own or that of a call around it', () => {
    fc.assert(
      fc.property(story, (given) => {
        const { starts } = played(given);

        const rounding = 1e-6;
        expect(Math.max(...starts)).toBeLessThanOrEqual(Math.min(given.maxTime, given.deadline) + rounding);
      }),
    );
  });

  it('gives waits that are finite, never negative, and within the caps of generator and jitter', () => {
    fc.assert(
      fc.property(story, (given) => {
        const { steps } = played(given);

        const widest = 10_000 + 700; // no generator above goes past 2 × 5,000; randomJitter adds 700
        for (const step of steps) {
          if (step.kind === 'giveup') continue;
          expect(step.ms).toBeGreaterThanOrEqual(0);
          expect(step.ms).toBeLessThanOrEqual(widest);
        }
      }),
    );
  });

  it('never lets elapsed decrease, whatever the clock does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 2 }),
        (clock) => {
          const attempts = new Attempts(clock[0]);
          const limits = limitsOf({ maxTries: Infinity });

          const elapsed = clock.map((now) => {
            fail(attempts, now, limits);
            return attempts.elapsed(now);
          });

          expect(elapsed).toEqual([...elapsed].sort((a, b) => a - b));
          expect(elapsed[0]).toBe(0);
        },
      ),
    );
  });

  it('remembers exactly the first and the last nine attempts, and counts what it left out', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 60 }), (count) => {
        const attempts = new Attempts(0);
        const all = Array.from({ length: count }, (_, index) => index + 1);
        for (const tries of all) {
          fail(attempts, tries, limitsOf({ maxTries: Infinity }), {
            ...findingOf(ruleOf()),
            outcome: { ok: false, error: `error ${tries}` },
          });
        }

        const history = attempts.history();

        const kept = all.filter((tries) => tries === 1 || tries > count - 9);
        expect(history.attempts.map(({ tries }) => tries)).toEqual(kept);
        expect(history.attempts.map(({ error }) => error)).toEqual(kept.map((tries) => `error ${tries}`));
        expect(history.attempts.map(({ elapsed }) => elapsed)).toEqual(kept);
        expect(history.omitted).toBe(count - kept.length);
      }),
    );
  });

  it('names the first reason in the order giveup, maxTries, maxTime, waits, budget', () => {
    const each = fc.record({
      giveup: fc.boolean(),
      maxTries: fc.boolean(),
      maxTime: fc.boolean(),
      waits: fc.boolean(),
      budget: fc.boolean(),
    });
    fc.assert(
      fc.property(each, (refuses) => {
        const limits = limitsOf({
          maxTries: refuses.maxTries ? 1 : 2,
          maxTime: refuses.maxTime ? 10 : 1000,
          budget: { take: () => !refuses.budget, refund() {}, earn() {} },
        });
        const finding = findingOf(ruleOf(constant(refuses.waits ? [] : [1])), { stop: refuses.giveup });

        const step = fail(new Attempts(0), 10, limits, finding);

        const first = Object.entries(refuses).find(([, refused]) => refused)?.[0];
        expect(step.kind === 'giveup' ? step.because : undefined).toBe(first);
      }),
    );
  });
});
