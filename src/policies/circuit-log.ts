/**
 * What is logged of circuits: one line for each change. The key of a circuit is never logged: it is made of arguments.
 *
 * Written to the package `debug`, namespace `stampede:circuit`, when `DEBUG` asks for it.
 */
import { readable } from '../time/duration.js';
import { debugLines, debugWanted } from '../time/host.js';
import type { CircuitDetails } from './circuit-options.js';

const debugLine = /* @__PURE__ */ debugLines('stampede:circuit');

/** Whether somebody reads what is logged. */
export function isCircuitLogRead(): boolean {
  return debugWanted();
}

/** Logs a change. @param left  Milliseconds until calls may be let through. */
export function logChange(details: CircuitDetails, left: number): void {
  debugLine(changeText(details, left));
}

/**
 * The line of the log.
 *
 *     Circuit payments: closed → open for 5.0s (failureRate: 12 of 20 calls failed)
 *     Circuit payments: open → half-open (openTime)
 */
export function changeText(details: CircuitDetails, left: number): string {
  const { name, key, from, to, because } = details;
  const one = key === undefined ? '' : ', one of its keys';
  const until = to === 'open' ? ` for ${readable(left)}` : '';
  const why = evidenceOf(details);
  return `Circuit ${name}${one}: ${from} → ${to}${until} (${because}${why === undefined ? '' : `: ${why}`})`;
}

function evidenceOf({ because, to, counts, reopened }: CircuitDetails): string | undefined {
  const { calls, failures, slow, consecutive } = counts;
  switch (because) {
    case 'consecutive':
      return `${consecutive} ${consecutive === 1 ? 'failure' : 'failures'} in a row`;
    case 'failureRate':
      return `${failures} of ${calls} calls failed`;
    case 'slowRate':
      return `${slow} of ${calls} calls were slow`;
    case 'probes':
      return to === 'open' ? `they failed; opened ${reopened} times` : 'they succeeded';
    case 'ramp':
      return to === 'open' ? `${failures} of ${calls} calls failed, ${slow} were slow` : undefined;
    default:
      return undefined;
  }
}
