/**
 * What is claimed of each scenario under each protection, checked against what was measured.
 *
 * Every claim is a number that a mechanism explains, and says why it is that and not another. Upper and lower bounds
 * are far enough from what a quiet machine shows to hold on a busy one, and near enough to fail without the mechanism.
 */
import type { Ms } from '../core.js';
import { homepages, rate } from './plan.js';
import type { BoundRecord, PhaseName, ProtectionId, RunRecord, ScenarioId } from './record.js';
import { comebackTime, drainTime } from './recovery.js';

/** One claim: a measure of a run, and between what it has to be. */
export interface Claim {
  readonly name: string;
  readonly unit: Unit;
  /** `null`: there is nothing to measure, as of a system that did not come back. No bound holds then. */
  readonly measure: (run: RunRecord) => number | null;
  readonly least?: number;
  readonly most?: number | ((run: RunRecord) => number);
  readonly why: string;
}

type Unit = 'share' | 'times' | 'ms';

// What the system is made of, for the closed forms. The numbers are those of `system/`.
const fresh = rate / 1000;
const recommendations = { capacity: 4 / 30, patience: 250, slowest: 600 };
const tries = 4;
const circuit = { longestOpen: 1200, ramp: { from: 0.5, factor: 2, every: 250, minCalls: 2 } };
/** What a closed form, which knows no chance, may be off by. */
const tolerance = 1.2;

const good = ({ phases }: RunRecord, phase: PhaseName): number => {
  const { answered, degraded, unauthorised, fresh: all } = phases[phase];
  return (answered + degraded + unauthorised) / all;
};

const availability =
  (phase: PhaseName): Claim['measure'] =>
  (run) =>
    good(run, phase);

const attempts: Claim['measure'] = ({ phases, struck }) => {
  // Of the pages asked for, not of those that came as far as this call: an outage must not count for less load.
  const { attempts: made } = phases.during.load[struck];
  return made / phases.during.fresh;
};

/** Nothing stands in for what is missing. The pages whose last try falls after the fault are served all the same. */
const unavailable = (most: Claim['most'], why: string): Claim => ({
  name: 'availability during the fault',
  unit: 'share',
  measure: availability('during'),
  ...(most === undefined ? {} : { most }),
  why,
});

const attemptsOver = (least: number, most: number, why: string): Claim => ({
  name: 'attempts for each page, during the fault',
  unit: 'times',
  measure: attempts,
  least,
  most,
  why,
});

const back = (most: Ms | ((run: RunRecord) => Ms), why: string): Claim => ({
  name: 'back to normal after',
  unit: 'ms',
  measure: ({ marks }) => marks.backToNormal,
  most,
  why,
});

const staysDown = (why: string): Claim => ({
  name: 'availability after the fault',
  unit: 'share',
  measure: availability('after'),
  most: 0.5,
  why,
});

const once = attemptsOver(0.8, 1.05, 'Each page asks once; a stranger’s page does not come so far.');
const atOnce = back(1000, 'Nothing is left over from a service that was gone: the next page finds it.');

const withoutQueue = back(
  ({ marks }) =>
    tolerance *
    (recommendations.slowest +
      drainTime({ backlog: marks.numbers['backlog'] ?? 0, load: fresh, tries: 1, ...recommendations })),
  'The work that is under way (600 ms), then (b − C·T) / (C − λ) for the queue, and a fifth.',
);

const comeback = back(
  tolerance * comebackTime({ timeout: recommendations.slowest, load: fresh / homepages, ...circuit }),
  'A probe that came too early, the longest open time, a call that is let through, the ramp, and a fifth.',
);

const metastable = (load: number): string =>
  `Each call is worth ${tries} attempts: ρ·n = ${((load * tries) / recommendations.capacity).toFixed(
    2,
  )} ≥ 1 keeps the queue full, though ρ = ${(load / recommendations.capacity).toFixed(2)} < 1.`;

const shown: Claim = {
  name: 'availability during the fault, degraded pages included',
  unit: 'share',
  measure: availability('during'),
  least: 0.99,
  why: 'A list that cannot be had is left out, so nothing that happens to it can take a page away.',
};

const spared = attemptsOver(
  0,
  1.1,
  'A tenth more than fresh load is what the budget allows; the circuits, open most of the time, keep it far below.',
);

const quick: Claim = {
  name: 'median time during the fault, by that before it',
  unit: 'times',
  measure: ({ phases: { during, before } }) =>
    during.latencyP50 === null || before.latencyP50 === null ? null : during.latencyP50 / before.latencyP50,
  most: 1,
  why: 'An open circuit answers at once, so a page takes no longer than with the call that it leaves out.',
};

const waiting: Claim = {
  name: 'median time during the fault, by that before it',
  unit: 'times',
  measure: quick.measure,
  least: 5,
  why: 'Nobody ends the wait: each page takes its place in a queue that only grows.',
};

const gone =
  'Without the service there is no page; a page counts whose call was under way when the fault began or ended.';
const last = 'Only a page whose tries, up to 0.7 s of waiting, last until the fault is over is answered.';
const lastOnes = ({ fault: { from, to } }: RunRecord): number => 0.05 + 800 / (to - from);

/** What is claimed. A claim of each cell that would not hold in its neighbour’s. */
export const claims: Readonly<Record<ScenarioId, Readonly<Record<ProtectionId, readonly Claim[]>>>> = {
  i: {
    none: [unavailable(0.1, gone), once, atOnce],
    retries: [
      unavailable(0.1, gone),
      attemptsOver(
        3,
        5,
        'Each call is tried four times over; calls of pages asked for before the fault may add some.',
      ),
      atOnce,
    ],
    timeouts: [
      unavailable(lastOnes, last),
      attemptsOver(2.5, 5, 'The same four tries, the last of which may fall after the fault.'),
      back(1000, 'As without protection: tries that are waiting are answered when their turn comes.'),
    ],
    full: [shown, spared, quick, comeback],
  },
  ii: {
    none: [unavailable(0.1, gone), attemptsOver(0.8, 1.3, 'Each page asks once.'), atOnce],
    retries: [unavailable(0.1, gone), attemptsOver(3, 5, 'Each call is tried four times over.'), atOnce],
    timeouts: [
      unavailable(lastOnes, last),
      attemptsOver(2.5, 5, 'The same four tries, the last of which may fall after the fault.'),
      back(1000, 'As without protection: tries that are waiting are answered when their turn comes.'),
    ],
    full: [
      unavailable(
        lastOnes,
        'Nothing can stand in for it: protection spares the service, and tells the reader at once.',
      ),
      spared,
      quick,
      comeback,
    ],
  },
  iii: {
    none: [
      unavailable(0.35, 'C/20 is served: 7 pages a second of 50, and soon none of them in time.'),
      waiting,
      withoutQueue,
    ],
    retries: [
      unavailable(0.35, 'The queue is longer than anybody waits.'),
      waiting,
      staysDown(metastable(fresh)),
    ],
    timeouts: [
      unavailable(0.2, 'Work takes 600 ms and an attempt 250 ms: none is in time.'),
      attemptsOver(2.5, 5, 'Every attempt is too late, so every call makes all of them.'),
      staysDown(metastable(fresh)),
    ],
    full: [shown, spared, quick, comeback],
  },
  iv: {
    none: [withoutQueue],
    retries: [staysDown(metastable(fresh))],
    timeouts: [staysDown(metastable(fresh))],
    full: [shown, spared, comeback],
  },
};

/** Checks all that is claimed of a run. */
export function check(run: RunRecord): BoundRecord[] {
  return claims[run.scenario][run.protection].map((claim) => verdictOn(claim, run));
}

/** Checks one claim. */
export function verdictOn({ name, unit, measure, why, ...claim }: Claim, run: RunRecord): BoundRecord {
  const measured = measure(run);
  const least = claim.least ?? -Infinity;
  const most = typeof claim.most === 'function' ? claim.most(run) : (claim.most ?? Infinity);
  const bounds = [
    ...(least > -Infinity && (least > 0 || most === Infinity) ? [`at least ${show(least, unit)}`] : []),
    ...(most < Infinity ? [`at most ${show(most, unit)}`] : []),
  ];
  return {
    scenario: run.scenario,
    protection: run.protection,
    name,
    bound: bounds.join(', '),
    measured: measured === null ? 'not by the end' : show(measured, unit),
    ok: measured !== null && measured >= least && measured <= most,
    why,
  };
}

/** A number with its unit, as the table shows it. */
export function show(value: number, unit: Unit): string {
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'times') return `${value.toFixed(2)} ×`;
  return `${Math.round(value)} ms`;
}
