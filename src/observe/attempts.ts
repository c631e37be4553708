/**
 * Which attempts were made, and which were refused: what an open circuit keeps back, reaches no service.
 *
 * An attempt that begins does not know yet whether it will be refused. So attempts are counted when they are over: the
 * one before another that begins, and the last of a call that ends.
 */
import {
  type AttemptDetails,
  type AttemptRecord,
  type EndDetails,
  type Outcome,
  isRefusal,
} from '../core.js';

/** An attempt that was made, as far as it is to be counted. */
export interface Made {
  /** Whether it was a retry: then this is the attempt before it. */
  readonly after: AttemptRecord | undefined;
}

/** How a call has ended, as it is counted. */
export type CallOutcome = EndDetails['ended'] | 'refused';

/** Whether an error of ours stands in place of the attempt. */
export function isRefused(outcome: Pick<Outcome, 'ok'> & { readonly error?: unknown }): boolean {
  return !outcome.ok && isRefusal(outcome.error);
}

/** The attempt that is over by this event; `undefined` where there is none, and where it was refused. */
export function madeBy({ event, tries, history }: AttemptDetails | EndDetails): Made | undefined {
  const which = event === 'attempt' ? tries - 1 : tries;
  if (which < 1) return undefined;
  const { attempts, omitted } = history;
  const isUnderWay = attempts.length + omitted < which; // the call was aborted, and what it has sent is out
  const last = isUnderWay ? undefined : attempts.at(-1);
  if (last !== undefined && isRefused(last)) return undefined;
  return { after: attempts.at(isUnderWay ? -1 : -2) };
}

/** How a call has ended: one that ends with a refusal was `refused`, whatever its retry made of that. */
export function outcomeOf({ ended, history }: EndDetails): CallOutcome {
  if (ended !== 'giveup' && ended !== 'passed') return ended;
  const last = history.attempts.at(-1);
  return last !== undefined && isRefused(last) ? 'refused' : ended;
}
