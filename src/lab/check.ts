/**
 * Does what was measured hold what is claimed? `bounds.ts` claims; here it is compared, and put into words.
 */
import { type Bound, type Measure, type Unit, claims, measures } from './bounds.js';
import type { BoundRecord, RunRecord } from './record.js';

/** Checks all that is claimed of a run. */
export function check(run: RunRecord): BoundRecord[] {
  const { scenario, protection } = run;
  return (Object.keys(measures) as Measure[]).map((measure) => {
    const { name, unit, of } = measures[measure];
    const { most, ...bound } = claims[scenario][protection][measure];
    const limits = { ...bound, most: typeof most === 'function' ? most(run) : most };
    return { scenario, protection, name, ...verdictOn(of(run), unit, limits) };
  });
}

/** A bound whose numbers are known. */
export type Limits = Omit<Bound, 'most'> & { readonly most?: number | undefined };

/** Compares one number with its bound. `null`: there was nothing to measure, or it did not come to pass. */
export function verdictOn(
  measured: number | null,
  unit: Unit,
  { least, most, isNever = false, why }: Limits,
): Pick<BoundRecord, 'bound' | 'measured' | 'ok' | 'why'> {
  const isWithin = measured !== null && measured >= (least ?? -Infinity) && measured <= (most ?? Infinity);
  return {
    bound: isNever ? 'never' : rangeText(least, most, unit),
    measured: measured === null ? 'never' : show(measured, unit),
    ok: isNever ? measured === null : isWithin,
    why,
  };
}

function rangeText(least: number | undefined, most: number | undefined, unit: Unit): string {
  if (least === undefined) return most === undefined ? '' : `≤ ${show(most, unit)}`;
  if (most === undefined) return `≥ ${show(least, unit)}`;
  return `${show(least, unit).replace(/ .*/, '')} to ${show(most, unit)}`;
}

/** A number with its unit, as the tables show it. */
export function show(value: number, unit: Unit): string {
  if (unit === 'share') return `${(value * 100).toFixed(1)} %`;
  if (unit === 'times') return `${value.toFixed(2)} ×`;
  if (unit === 'count') return String(value);
  return `${Math.round(value)} ms`;
}
