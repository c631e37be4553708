/**
 * What is measured of each run, to be compared with what is claimed of it.
 */
import { availability } from './availability.js';
import type { Load, MeasureRecord, ProtectionId, RunRecord, Unit } from './record.js';

/** What is said of what did not come to pass by the end of a run. */
export function notWithin({ seconds, fault }: RunRecord<ProtectionId>): string {
  return `not in ${((seconds * 1000 - fault.to) / 1000).toFixed(1)} s`;
}

/** A measure of a run. */
export interface Measure extends MeasureRecord {
  readonly unit: Unit;
  /** `null`: there was nothing to measure, or it did not come to pass. */
  readonly of: (run: RunRecord<ProtectionId>) => number | null;
  /** What is said in place of `null`. */
  readonly nothing: string | ((run: RunRecord<ProtectionId>) => string);
}

export const measures = {
  shown: {
    name: 'availability',
    text: 'of the pages asked for during the fault, the share that were shown',
    unit: 'share',
    of: ({ phases }) => availability(phases.during, { withDegraded: true }),
    nothing: '–',
  },
  whole: {
    name: 'not degraded',
    text: 'the same, without the pages that left a list out',
    unit: 'share',
    of: ({ phases }) => availability(phases.during, { withDegraded: false }),
    nothing: '–',
  },
  attempts: {
    name: 'attempts',
    text: 'on the struck upstream during the fault, for each call that its callers wanted to make',
    unit: 'times',
    of: ({ phases, struck }) => attemptsByFresh(phases.during.load[struck]),
    nothing: '–',
  },
  attemptsAfter: {
    name: 'attempts after',
    text: 'the same, from the end of the fault to the end of the run',
    unit: 'times',
    of: ({ phases, struck }) => attemptsByFresh(phases.after.load[struck]),
    nothing: '–',
  },
  latency: {
    name: 'time to answer',
    text: 'of the pages asked for during the fault, good or bad: half of them took no longer',
    unit: 'ms',
    of: ({ phases }) => phases.during.latencyP50,
    nothing: '–',
  },
  back: {
    name: 'back to normal',
    text: 'from the end of the fault until pages were as good as before it, and stayed so',
    unit: 'ms',
    of: ({ marks }) => marks.backToNormal,
    nothing: notWithin,
  },
} as const satisfies Readonly<Record<string, Measure>>;

export type MeasureId = keyof typeof measures;

function attemptsByFresh({ attempts, fresh }: Load<number>): number | null {
  return fresh === 0 ? null : attempts / fresh;
}
