/**
 * Which share of the pages was good?
 *
 * A page is good when its reader got what the system could know: both lists, or 401 for a token that nobody has. Whether
 * a page with a list left out is good, too, is a matter of view, so both shares are shown.
 */
import type { PageCounts, PageEnd } from '../record.js';

const good: readonly PageEnd[] = ['answered', 'unauthorised'];
const goodOrDegraded: readonly PageEnd[] = [...good, 'degraded'];

/**
 * Per cent of the pages asked for; `null` where none was.
 *
 * @param counts  Of a phase, or of a second.
 */
export function availability(
  counts: PageCounts<number>,
  { withDegraded }: { readonly withDegraded: boolean },
): number | null {
  if (counts.fresh === 0) return null;
  const ends = withDegraded ? goodOrDegraded : good;
  return (100 * ends.reduce((sum, end) => sum + counts[end], 0)) / counts.fresh;
}

/** What a second brought. */
export function countsAt(series: PageCounts<readonly number[]>, second: number): PageCounts<number> {
  const at = (counts: readonly number[]): number => counts[second] ?? 0;
  const { fresh, answered, degraded, unauthorised, refused, failed } = series;
  return {
    fresh: at(fresh),
    answered: at(answered),
    degraded: at(degraded),
    unauthorised: at(unauthorised),
    refused: at(refused),
    failed: at(failed),
  };
}
