/**
 * What the end of a call says about the service that was called: whether it has failed.
 */
import type { Aborted } from '../call/abort.js';
import type { Outcome } from '../call/outcome.js';
import { OptionError, isStampedeError, isUnsent } from '../errors.js';
import { describe, publish, warnOnce } from '../events.js';
import type { CircuitSettings } from './circuit-settings.js';
import { isAbort } from './overload.js';
import type { Verdict } from './circuit-rules.js';

interface Judge {
  readonly settings: Pick<CircuitSettings, 'isFailure' | 'isNeutral'>;
  readonly name: string;
}

/**
 * Judges the end of a call.
 *
 * @param aborted  Why the calls around this one were aborted; what ends after that says nothing about the service.
 * @param judge    The breaker, whose callbacks have their say.
 */
export function verdictOn(outcome: Outcome, aborted: Aborted | undefined, judge: Judge): Verdict {
  if (!outcome.ok && (isCancelled(aborted) || isOurs(outcome.error))) return 'neutral';
  // Whose signal it was, nobody may know after an `await`; a breaker that is told what fails need not guess.
  if (!outcome.ok && judge.settings.isFailure === undefined && isAbort(outcome.error)) return 'neutral';
  if (ask('isNeutral', outcome, judge) === true) return 'neutral';
  return (ask('isFailure', outcome, judge) ?? !outcome.ok) ? 'failure' : 'success';
}

/** What the user's callback says; it cannot change what the caller gets, so its own failure is only reported. */
function ask(
  option: 'isFailure' | 'isNeutral',
  outcome: Outcome,
  { settings, name }: Judge,
): boolean | undefined {
  const callback = settings[option];
  if (callback === undefined) return undefined;
  try {
    const said: unknown = callback(outcome);
    if (typeof said === 'boolean') return said;
    throw new OptionError(option, said, 'must give true or false');
  } catch (error) {
    reportFailure(callback, option, name, error);
    return undefined;
  }
}

/** Tells of an option of a breaker that has failed: to the event hub each time, as a process warning once. */
export function reportFailure(handler: object, option: string, name: string, error: unknown): void {
  publish('handler:error', name, Object.freeze({ error, handler, details: Object.freeze({ option }) }));
  const text = `${option} of the circuit breaker ${name} failed: ${describe(error)}`;
  warnOnce(handler, text, 'STAMPEDE_HANDLER');
}

/** Whether the caller has given up the call. A timeout around it has not: that the answer took too long is news. */
function isCancelled(aborted: Aborted | undefined): boolean {
  return aborted !== undefined && (aborted.reason as { name?: unknown } | null)?.name !== 'TimeoutError';
}

/** Whether an error says that nothing was sent, or that an option is wrong. */
function isOurs(error: unknown): boolean {
  if (!isStampedeError(error)) return false;
  return isUnsent(error) || error.code === 'ERR_OPTION' || error.code === 'ERR_USAGE';
}
