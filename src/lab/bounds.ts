/**
 * What is claimed of each scenario under each protection: five measures, each between bounds that a mechanism explains;
 * and of the numbers on which the two answers rest.
 *
 * Each bound says why it is that and not another. They are far enough from what a quiet machine shows to hold on one
 * that does something else besides, and near enough to fail without the mechanism. `check.ts` compares.
 */
import type { Ms } from '../core.js';
import { homepages, rate, slowness } from './plan.js';
import type { MeasureRecord, PageCounts, ProtectionId, RunRecord, ScenarioId } from './record.js';
import { comebackTime, drainTime } from './recovery.js';
import { capacities } from './system/capacities.js';
import { circuit } from './system/circuit.js';

/** Between what a measure has to be, and why. */
export interface Bound {
  readonly least?: number;
  readonly most?: number | ((run: RunRecord) => number);
  /** What is measured must not come to pass within the run. */
  readonly isNever?: boolean;
  readonly why: string;
}

export type Unit = 'share' | 'times' | 'ms' | 'count';

const shareOf = (counts: PageCounts<number>, good: number): number => good / counts.fresh;

/** What is measured of each run. `null`: there is nothing to measure, or it did not come to pass. */
export const measures = {
  shown: {
    name: 'availability',
    told: 'of the pages asked for during the fault, the share that were shown',
    unit: 'share',
    of: ({ phases: { during } }) => shareOf(during, during.answered + during.degraded + during.unauthorised),
  },
  whole: {
    name: 'not degraded',
    told: 'the same, without the pages that left a list out',
    unit: 'share',
    of: ({ phases: { during } }) => shareOf(during, during.answered + during.unauthorised),
  },
  attempts: {
    // Of the pages asked for, not of those that came as far as this call: an outage must not count for less load.
    name: 'attempts',
    told: 'on the struck upstream during the fault, for each page that was asked for',
    unit: 'times',
    of: ({ phases: { during }, struck }) => during.load[struck].attempts / during.fresh,
  },
  latency: {
    name: 'time to a page',
    told: 'asked for during the fault: half of them took no longer',
    unit: 'ms',
    of: ({ phases: { during } }) => during.latencyP50,
  },
  back: {
    name: 'back to normal',
    told: 'from the end of the fault until pages were as good as before it, and stayed so',
    unit: 'ms',
    of: ({ marks }) => marks.backToNormal,
  },
} as const satisfies Readonly<
  Record<string, MeasureRecord & { readonly unit: Unit; readonly of: (run: RunRecord) => number | null }>
>;

export type Measure = keyof typeof measures;

/** Calls per millisecond, when each is made once. */
const fresh = rate / 1000;
const tries = 4;
const { recommendations } = capacities;
/** Requests per millisecond that recommendations can serve, and how long one takes while they are slow. */
const capacity = recommendations.workers / recommendations.serviceTime;
const slowest: Ms = slowness * recommendations.serviceTime;
/** What a closed form, which knows no chance, may be off by. */
const tolerance = 1.2;

const usualTime = ({ phases: { before } }: RunRecord): Ms => before.latencyP50 ?? 0;

// Availability. A page counts whose call was under way when the fault began or ended, so that "none" is a few per cent.

const none = (why: string): Bound => ({ most: 0.1, why });
const gone = none('Without the service there is no page, but for a stranger’s 401 and what was under way.');
const lastTries: Bound = {
  most: ({ fault: { from, to } }) => 0.05 + 800 / (to - from),
  why: 'Only a page whose tries, up to 0.7 s of waiting, last until the fault is over is answered.',
};
const leftOut: Bound = {
  least: 0.99,
  why: 'A list that cannot be had is left out, so nothing that happens to it can take a page away.',
};
const answeredTooLate: Bound = {
  most: 0.2,
  why: 'C/20 = 7 of 50 pages a second are worked for, and those of the first moments only are answered in time.',
};
const noneInTime = none('Work takes 600 ms and an attempt 250 ms: none is in time.');
const noLists = none('A fallback does not bring the list back: the pages that are shown have one list less.');

// Attempts for each page that was asked for.

const once: Bound = {
  least: 0.8,
  most: 1.05,
  why: 'Each page asks once; a stranger’s page does not come so far.',
};
const fourTimes: Bound = {
  least: 3,
  most: 4.5,
  why: 'Each call is tried four times; those of pages asked for before the fault may add some.',
};
const fourTimesLater: Bound = {
  least: 2.5,
  most: 4.5,
  why: 'The same four tries; the last of them may fall after the fault.',
};
const fourTimesInTwoSeconds: Bound = {
  least: 2,
  most: 4.5,
  why: 'The same four tries, 1.4 s for all of them, of which more fall after a fault of two seconds.',
};
const onceTheQueueIsFull: Bound = {
  least: 0.8,
  most: 4.5,
  why: 'An attempt waits as long as the queue has room, 100/43 s = 2.3 s; only what is refused or comes too late is made again.',
};
const spared: Bound = {
  most: 1.1,
  why: 'A tenth more than fresh load is what the budget allows; the circuits, open most of the time, keep it far below.',
};

// Time to a page.

const atOnce = (why: string): Bound => ({ most: usualTime, why });
const failsAtOnce = atOnce(
  'A refused connection takes no time: these pages fail faster than good ones come.',
);
const waits: Bound = {
  least: 200,
  most: 700,
  why: 'The three waits, each even between nothing and 100, 200 and 400 ms, are 350 ms in the middle.',
};
const queues: Bound = {
  least: 500,
  why: 'Nobody ends the wait: each page takes its place in a queue that grows by λ − C/20 = 43 a second.',
};
const timesOut: Bound = {
  least: 300,
  most: 1800,
  why: 'Three waits, 350 ms in the middle, and up to four attempts of 250 ms each; the deadline is at 1.5 s.',
};
const leavesOut = atOnce(
  'An open circuit answers at once, so a page takes no longer than with the call it leaves out.',
);

// Back to normal.

const nothingLeft = (why: string): Bound => ({ most: 1000, why });
const atTheNextPage = nothingLeft(
  'Nothing is left over from a service that was gone: the next page finds it.',
);
const atTheNextTry = nothingLeft(
  'Nothing is left over, and tries that are waiting are answered when their turn comes.',
);
const whenDrained: Bound = {
  most: ({ marks: { backlog } }) =>
    tolerance *
    (slowest + drainTime({ backlog, capacity, load: fresh, tries: 1, patience: recommendations.patience })),
  why: 'The work that is under way (600 ms), then (b − C·T) / (C − λ) for the queue, and a fifth.',
};
const never: Bound = {
  isNever: true,
  why:
    `Each call is worth ${tries} attempts: ρ·n = ${((fresh * tries) / capacity).toFixed(2)} ≥ 1 keeps the queue full, ` +
    `though ρ = ${(fresh / capacity).toFixed(2)} < 1.`,
};
const whenTried: Bound = {
  most:
    tolerance *
    comebackTime({
      timeout: slowest,
      longestOpen: 1.2 * circuit.maxOpenTime, // as long as its jitter makes it
      load: fresh / homepages,
      ramp: circuit.ramp,
    }),
  why: 'A probe that came too early, the longest open time, a call that is let through, the ramp, and a fifth.',
};

/** What is claimed. */
export const claims: Readonly<
  Record<ScenarioId, Readonly<Record<ProtectionId, Readonly<Record<Measure, Bound>>>>>
> = {
  i: {
    none: { shown: gone, whole: gone, attempts: once, latency: failsAtOnce, back: atTheNextPage },
    retries: { shown: gone, whole: gone, attempts: fourTimes, latency: failsAtOnce, back: atTheNextPage },
    timeouts: {
      shown: lastTries,
      whole: lastTries,
      attempts: fourTimesLater,
      latency: waits,
      back: atTheNextTry,
    },
    full: { shown: leftOut, whole: noLists, attempts: spared, latency: leavesOut, back: whenTried },
  },
  ii: {
    none: { shown: gone, whole: gone, attempts: once, latency: failsAtOnce, back: atTheNextPage },
    retries: { shown: gone, whole: gone, attempts: fourTimes, latency: failsAtOnce, back: atTheNextPage },
    timeouts: {
      shown: lastTries,
      whole: lastTries,
      attempts: fourTimesLater,
      latency: waits,
      back: atTheNextTry,
    },
    full: {
      shown: none(
        'Nothing can stand in for it: protection spares the service, and tells the reader at once.',
      ),
      whole: gone,
      attempts: spared,
      latency: leavesOut,
      back: whenTried,
    },
  },
  iii: {
    none: {
      shown: answeredTooLate,
      whole: answeredTooLate,
      attempts: once,
      latency: queues,
      back: whenDrained,
    },
    retries: {
      shown: answeredTooLate,
      whole: answeredTooLate,
      attempts: onceTheQueueIsFull,
      latency: queues,
      back: never,
    },
    timeouts: {
      shown: noneInTime,
      whole: noneInTime,
      attempts: fourTimesLater,
      latency: timesOut,
      back: never,
    },
    full: { shown: leftOut, whole: noLists, attempts: spared, latency: leavesOut, back: whenTried },
  },
  iv: {
    none: {
      shown: answeredTooLate,
      whole: answeredTooLate,
      attempts: once,
      latency: queues,
      back: whenDrained,
    },
    retries: {
      shown: answeredTooLate,
      whole: answeredTooLate,
      attempts: onceTheQueueIsFull,
      latency: queues,
      back: never,
    },
    timeouts: {
      shown: noneInTime,
      whole: noneInTime,
      attempts: fourTimesInTwoSeconds,
      latency: timesOut,
      back: never,
    },
    full: { shown: leftOut, whole: noLists, attempts: spared, latency: leavesOut, back: whenTried },
  },
};

/** What is claimed of the numbers on which the two answers rest. */
export const questionBounds = {
  timeSaved: {
    least: 5,
    why: 'Recommendations take 30 ms and ask authentication; the list beside them takes 8 ms.',
  },
  timeLostWithout: {
    least: 100,
    why: 'Each page then waits for an attempt to time out: 250 ms more, and nothing saved.',
  },
  refusedToCalls: {
    least: 1,
    most: 10 * (homepages - 1),
    why: 'Each process but the first has yet to learn it, by five failures of its own; more may be under way by then.',
  },
  refusedToProbes: {
    least: homepages,
    most: 20 * homepages,
    why: 'Each process sends a probe whenever an open time, which grows from 0.5 to 1 s, is over.',
  },
  refusedWithout: {
    most: 3,
    why: 'Nobody has yet to learn, and nobody probes; attempts that were under way when it opened are left.',
  },
} as const satisfies Readonly<Record<string, Bound>>;
