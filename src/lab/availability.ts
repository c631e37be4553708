/**
 * Which share of the pages was good?
 *
 * A page is good when its reader got what the system could know: both lists, or 401 for a token that nobody has. Whether
 * a page with a list left out is good, too, is a matter of view, so both shares are shown.
 */
import type { PageCounts, PageEnd } from './record.js';

const good: readonly PageEnd[] = ['answered', 'unauthorised'];
const goodOrDegraded: readonly PageEnd[] = [...good, 'degraded'];

/**
 * The share of the pages asked for, from 0 to 1; `null` where none was.
 *
 * @param counts  Of a phase, or of a second.
 */
export function availability(
  counts: PageCounts<number>,
  { withDegraded }: { readonly withDegraded: boolean },
): number | null {
  if (counts.fresh === 0) return null;
  const ends = withDegraded ? goodOrDegraded : good;
  return ends.reduce((sum, end) => sum + counts[end], 0) / counts.fresh;
}
