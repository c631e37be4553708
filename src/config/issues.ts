/**
 * What valibot found → one fault for each place, in our words.
 */
import type * as v from 'valibot';
import type { PlacedFault } from './config-error.js';
import type { Path } from './place.js';

type Issue = v.BaseIssue<unknown>;

/** The faults of a value that did not pass its schema. */
export function faultsIn(issues: readonly Issue[]): readonly PlacedFault[] {
  return issues.flatMap((issue) => faultsOf(issue, []));
}

function faultsOf(issue: Issue, above: Path): readonly PlacedFault[] {
  const path = [...above, ...pathOf(issue)];
  if (isMissing(issue)) return [{ path, allowed: 'is missing' }];
  const { issues } = issue;
  if (issues === undefined) return [{ path, allowed: issue.message }];
  // One of several shapes: where the shape is right, what is wrong lies deeper.
  const kind = Array.isArray(issue.input) ? 'array' : 'object';
  const deeper = issues.filter((one) => one.path !== undefined && one.path[0].type === kind);
  const likely = fewest(deeper);
  if (likely.length > 0) return likely.flatMap((one) => faultsOf(one, path));
  return [{ path, allowed: tellingOf(issues) ?? issue.message }];
}

function pathOf(issue: Issue): Path {
  return (issue.path ?? []).map(({ key }) => key as string | number);
}

function isMissing({ type, input, expected, path }: Issue): boolean {
  return type === 'strict_object' && input === undefined && expected !== 'never' && path !== undefined;
}

// Several shapes may complain of the same place: of what is wrong anyway, not of what another shape would need.
function fewest(issues: readonly Issue[]): readonly Issue[] {
  const shown = issues.filter((issue) => !isMissing(issue));
  return shown.length > 0 ? shown : issues.slice(0, 1);
}

// A hint that is better than the list of all that is allowed.
function tellingOf(issues: readonly Issue[]): string | undefined {
  const all = issues.flatMap((issue) => [issue, ...((issue.issues ?? []) as readonly Issue[])]);
  return all
    .map(({ message }) => message)
    .find((message) => /unit written out|is a text$|ms or more/.test(message));
}
