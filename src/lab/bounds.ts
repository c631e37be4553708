/**
 * What is claimed of each scenario under each protection: a bound for each of six measures, explained by a mechanism;
 * and of the numbers on which the two answers rest.
 *
 * Each bound says why it is that and not another. They are far enough from what a quiet machine shows to hold on one
 * that does something else besides, and near enough to fail without the mechanism. `check.ts` compares.
 */
import type { Ms } from '../core.js';
import type { MeasureId } from './measures.js';
import { homepages, rate, slowness } from './plan.js';
import type { ProtectionId, ColumnId, RunRecord, ScenarioId } from './record.js';
import { comebackTime, drainTime } from './recovery.js';
import { capacities } from './system/capacities.js';
import { circuit } from './system/circuit.js';
import { attemptTimeout, deadline, firstWait, maxTries } from './system/limits.js';
import { time } from './units.js';

/** Between what a measure has to be, and why. */
export interface Bound {
  readonly least?: Limit;
  readonly most?: Limit;
  /** What is measured must not come to pass within the run. */
  readonly isNever?: boolean;
  readonly why: string;
}

/** A number, or what it is for a run that was made. */
type Limit = number | ((run: RunRecord<ProtectionId>) => number);

/** Calls per millisecond, when each is made once: λ. */
const load = rate / 1000;
const tries = maxTries;
/** The waits between the tries of a call, each even between nothing and that. */
const longestWaits: readonly Ms[] = Array.from({ length: tries - 1 }, (_, n) => firstWait * 2 ** n);
const allWaits: Ms = longestWaits.reduce((sum, wait) => sum + wait);
/** What a form that knows no chance may be off by. */
const tolerance = 1.2;

// Recommendations: what they can serve per millisecond, C, and while they are slow; their queue; and T, their patience.
const { workers, serviceTime, queue, patience } = capacities.recommendations;
const capacity = workers / serviceTime;
const slowCapacity = capacity / slowness;
const slowest: Ms = slowness * serviceTime;
const untilFull: Ms = (queue + workers) / (load - slowCapacity);

const lengthOf = ({ fault: { from, to } }: RunRecord<ProtectionId>): Ms => to - from;
const usualTime = ({ phases: { before } }: RunRecord<ProtectionId>): Ms => before.latencyP50 ?? 0;
const perSecond = (perMs: number): string => String(Math.round(perMs * 1000));

// Availability. A page counts whose call was under way when the fault began or ended, so that "none" is a few per cent.

const none = (why: string): Bound => ({ most: 0.1, why });
const gone = none('Without the list there is no page, but for a stranger’s 401 and what was under way.');
const nobodyKnown = none('Without it there is no page, and a stranger cannot be told from a reader.');
const lastTries: Bound = {
  most: (run) => 0.05 + allWaits / lengthOf(run),
  why: `Only pages of the last ${time(allWaits)}, the most that three waits take, can be answered after the fault; a twentieth is for strangers and chance.`,
};
const leftOut: Bound = {
  least: 0.99,
  why: 'A list that cannot be had is left out, so nothing that happens to it can take a page away.',
};
const answeredTooLate: Bound = {
  most: 0.2,
  why: `${perSecond(slowCapacity)} of ${rate} pages a second are worked for, and those of the first moments only are answered in time.`,
};
const noneInTime = none(
  `Work takes ${time(slowest)} and an attempt has ${time(attemptTimeout)}: none is in time.`,
);
const noLists = none('A fallback does not bring the list back: the pages that are shown have one list less.');

// Attempts for each call that was to be made.

const once: Bound = { least: 0.9, most: 1.1, why: 'Each call is made once.' };
const fourTimes: Bound = {
  least: 3.5,
  most: 4.4,
  why: 'Each call is tried four times at once; those of pages asked for just before the fault may add some.',
};
/** @param takes  How long an attempt takes. */
const fourTimesLater = (takes: Ms): Bound => ({
  least: (run) => 0.8 * triesWithin(lengthOf(run), takes),
  most: 4.4,
  why: `Four tries, ${takes === 0 ? 'a wait' : `${time(takes)} and a wait`} apart, less those that fall after the fault, less a fifth: calls of its last second have not made them all.`,
});
const onceFull: Bound = {
  least: (run) => 0.8 * attemptsOnceFull(lengthOf(run)),
  most: (run) => 1.5 * attemptsOnceFull(lengthOf(run)) + 0.2,
  why: `One while the queue has room, for ${time(untilFull)}, and four when it is full and refuses at once; some come too late and are made again.`,
};
const spared: Bound = {
  most: 1.1,
  why: 'An open circuit sends a probe now and then; until it has opened, a budget pays for six retries in each process, or for three that follow a timeout.',
};

const onceAfter: Bound = {
  least: 0.9,
  most: 1.3,
  why: 'Each call is made once, but for tries that are left over.',
};
const storm: Bound = {
  least: 2,
  why: `The fault is over, and the storm is not: most calls still make all ${tries} attempts, which keeps them failing.`,
};
const noStorm: Bound = {
  most: 1.1,
  why: 'What succeeds pays for a tenth of retries, and the circuits hold back some calls until they are closed.',
};

// Time to an answer.

const atOnce = (why: string): Bound => ({ most: usualTime, why });
const refusedAtOnce = atOnce(
  'A refused connection takes no time: a page fails faster than a good one comes.',
);
const waits: Bound = {
  least: 200,
  most: allWaits,
  why: `Three waits, each even between nothing and ${longestWaits.join(', ')} ms: ${time(allWaits / 2)} in the middle.`,
};
const queues: Bound = {
  least: 500,
  why: `Nobody but the reader ends the wait, after 3 s: pages take their place in a queue that grows by ${perSecond(load - slowCapacity)} a second.`,
};
const timesOut: Bound = {
  least: attemptTimeout,
  most: 1800,
  why: `Three waits, ${time(allWaits / 2)} in the middle, and up to four attempts of ${time(attemptTimeout)}; the deadline of the call is at ${time(deadline)}, and the rest of the page comes on top.`,
};
const withoutTheCall = atOnce('An open circuit answers at once, so a page is quicker than with the call.');

// Back to normal.

const nothingLeft = (why: string): Bound => ({ most: 1000, why });
const atTheNextCall = nothingLeft(
  'Nothing is left over from a service that was gone: the next call finds it.',
);
const atTheNextTry = nothingLeft(
  'Nothing is left over, and tries that are waiting are answered when their turn comes.',
);
/** The time to drain what has queued up when slow work is over; the queue holds no more than it can. */
const drain = (backlog: number, attempts: number): Ms =>
  drainTime({
    backlog: Math.min(backlog + load * slowest, queue + workers),
    capacity,
    load,
    tries: attempts,
    patience,
  });
const whenDrained: Bound = {
  most: ({ marks: { backlog } }) => tolerance * (slowest + drain(backlog, 1)),
  why: `The slow work under way, ${time(slowest)}; then (b − C·T) / (C − λ) for a queue of b, where an answer is in time within T = ${time(patience)}; and a fifth.`,
};
const never: Bound = {
  isNever: drain(queue, tries) === Infinity,
  why: `Each call is worth ${tries} attempts, and ${tries}·λ = ${perSecond(tries * load)} a second ≥ C = ${perSecond(capacity)} keeps the queue full, though λ = ${rate}.`,
};
const whenTried: Bound = {
  most: tolerance * comebackTime({ timeout: attemptTimeout, load: load / homepages, ...circuit }),
  why: 'A probe that came too early, the longest open time, a call that comes late, the ramp and another such call; and a fifth.',
};

type Cells = Readonly<Record<ColumnId, Readonly<Record<MeasureId, Bound>>>>;

const whileGone: Cells = {
  none: {
    shown: gone,
    whole: gone,
    attempts: once,
    attemptsAfter: onceAfter,
    latency: refusedAtOnce,
    back: atTheNextCall,
  },
  retries: {
    shown: gone,
    whole: gone,
    attempts: fourTimes,
    attemptsAfter: onceAfter,
    latency: refusedAtOnce,
    back: atTheNextCall,
  },
  timeouts: {
    shown: lastTries,
    whole: lastTries,
    attempts: fourTimesLater(0),
    attemptsAfter: onceAfter,
    latency: waits,
    back: atTheNextTry,
  },
  full: {
    shown: leftOut,
    whole: noLists,
    attempts: spared,
    attemptsAfter: noStorm,
    latency: withoutTheCall,
    back: whenTried,
  },
};

const whileSlow: Cells = {
  none: {
    shown: answeredTooLate,
    whole: answeredTooLate,
    attempts: once,
    attemptsAfter: onceAfter,
    latency: queues,
    back: whenDrained,
  },
  retries: {
    shown: answeredTooLate,
    whole: answeredTooLate,
    attempts: onceFull,
    attemptsAfter: storm,
    latency: queues,
    back: never,
  },
  timeouts: {
    shown: noneInTime,
    whole: noneInTime,
    attempts: fourTimesLater(attemptTimeout),
    attemptsAfter: storm,
    latency: timesOut,
    back: never,
  },
  full: whileGone.full,
};

/** What is claimed of each scenario under each protection. */
export const claims: Readonly<Record<ScenarioId, Cells>> = {
  i: whileGone,
  ii: {
    none: { ...whileGone.none, shown: nobodyKnown, whole: nobodyKnown },
    retries: { ...whileGone.retries, shown: nobodyKnown, whole: nobodyKnown },
    timeouts: whileGone.timeouts,
    full: {
      ...whileGone.full,
      shown: none(
        'Nothing can stand in for it: protection spares the service, and tells the reader at once.',
      ),
      whole: nobodyKnown,
      latency: atOnce('An open circuit answers at once, so the 503 is quicker than a page.'),
    },
  },
  iii: whileSlow,
  iv: whileSlow,
};

/** What is claimed of the numbers on which the two answers rest. */
export const questionBounds = {
  timeSaved: {
    least: 5,
    why: 'Recommendations take 30 ms and ask authentication; the list beside them takes 8 ms.',
  },
  timeLostWithout: {
    least: 100,
    why: `Each page then waits for an attempt to time out: ${time(attemptTimeout)}, and nothing is saved.`,
  },
  attemptsWithout: {
    most: ({ phases: { during } }) => 1 + (tries * homepages) / during.load.recommendations.fresh,
    why: 'The budget is then the only brake: with no success to pay for more, it holds three retries in each process.',
  },
  refusedToCalls: {
    least: 1,
    most: 10 * (homepages - 1),
    why: 'Each process but the first has yet to learn it, by five failures of its own; more may be under way by then.',
  },
  refusedToProbes: {
    least: homepages,
    most: 8 * homepages,
    why: 'Each process sends a probe whenever an open time is over, which grows from 0.5 to 1 s; the shortest, 0.4 s, fits seven times into the fault.',
  },
  refusedWithout: {
    most: 3,
    why: 'Nobody has yet to learn, and nobody probes; attempts that were under way when it opened are left.',
  },
} as const satisfies Readonly<Record<string, Bound>>;

/** Of four tries of a call, those that fall into a fault on average, over all moments at which the call may begin. */
function triesWithin(length: Ms, takes: Ms): number {
  let startsAt = 0;
  const later = longestWaits.map((wait) => (startsAt += takes + wait / 2));
  return tries - later.reduce((lost, start) => lost + Math.min(length, start) / length, 0);
}

/** One attempt for each call until the queue is full, and all tries after that. */
function attemptsOnceFull(length: Ms): number {
  return 1 + ((tries - 1) * Math.max(0, length - untilFull)) / length;
}
