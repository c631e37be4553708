/**
 * Does what was measured hold what is claimed? `bounds.ts` claims; here it is compared, and put into words.
 */
import { type Bound, claims } from './bounds.js';
import { type Measure, type MeasureId, measures, notWithin } from './measures.js';
import type { BoundRecord, ProtectionId, RunRecord, Unit } from './record.js';
import { withUnit } from './units.js';

/** Checks all that is claimed of a run. */
export function check(run: RunRecord): BoundRecord[] {
  return (Object.keys(measures) as MeasureId[]).map((id) => {
    const measure: Measure = measures[id];
    const { name, unit, of, nothing } = measure;
    const measured = {
      name,
      unit,
      value: of(run),
      nothing: typeof nothing === 'function' ? nothing(run) : nothing,
    };
    return verdictOn(run, measured, claims[run.scenario][run.protection][id]);
  });
}

/** A number that was measured. */
export interface Measured {
  readonly name: string;
  readonly unit: Unit;
  /** `null`: there was nothing to measure, or it did not come to pass. */
  readonly value: number | null;
  /** What is said in place of `null`. @default '–' */
  readonly nothing?: string;
}

/** Compares one number of a run with its bound. Nothing holds no bound but one that says `isNever`. */
export function verdictOn<Protection extends ProtectionId>(
  run: RunRecord<Protection>,
  { name, unit, value, nothing = '–' }: Measured,
  { isNever = false, why, ...bound }: Bound,
): BoundRecord {
  const least = numberOf(bound.least, run);
  const most = numberOf(bound.most, run);
  const isWithin = value !== null && value >= (least ?? -Infinity) && value <= (most ?? Infinity);
  return {
    scenario: run.scenario,
    protection: run.protection,
    name,
    unit,
    value,
    least,
    most,
    bound: isNever ? notWithin(run) : rangeText(least, most, unit),
    measured: value === null ? nothing : withUnit(value, unit),
    ok: isNever ? value === null : isWithin,
    why,
  };
}

function numberOf(limit: Bound['least'], run: RunRecord<ProtectionId>): number | null {
  return (typeof limit === 'function' ? limit(run) : limit) ?? null;
}

function rangeText(least: number | null, most: number | null, unit: Unit): string {
  if (least === null) return most === null ? '' : `≤ ${withUnit(most, unit)}`;
  if (most === null) return `≥ ${withUnit(least, unit)}`;
  const [from, to] = [withUnit(least, unit), withUnit(most, unit)];
  const unitOf = (text: string): string => text.replace(/^\S+/, '');
  return `${unitOf(from) === unitOf(to) ? from.replace(/ .*/, '') : from} to ${to}`;
}
