/**
 * Telling others what happens in a call: the handlers of its options, the event hub, the log.
 *
 * Details are made only where somebody wants them.
 */
import type { CallDetails } from '../call/details.js';
import type { Outcome } from '../call/outcome.js';
import { type EventType, isObserved, publish } from '../events.js';
import type { GiveUpReason, WaitStep } from './attempts.js';
import type {
  AbortDetails,
  BackoffDetails,
  Details,
  EndDetails,
  GiveUpDetails,
  SuccessDetails,
} from './details.js';
import { type Handler, type LogLevel, tell, tellAtOnce, tellBudget } from './handlers.js';
import { type LogOption, backoffText, giveUpText, isLogRead, writeLog } from './log.js';
import type { RetriedCall } from './retried-call.js';
import type { Rule } from './rules.js';

type List = readonly Handler<never>[];

/** An attempt starts. Nobody waits for these handlers. */
export function tellAttempt(call: RetriedCall): void {
  const { onAttempt } = call.plan.policy.handlers;
  if (isWanted('retry:attempt', onAttempt))
    announceAtOnce(onAttempt, eventOf(call, undefined, { event: 'attempt' }));
}

/** The call has succeeded: the budget earns, handlers are told. */
export function tellSuccess(call: RetriedCall, value: unknown): Promise<void> | undefined {
  // Asked for only where there is one: no other limit matters to a success.
  const budget = call.plan.policy.open.budget === undefined ? undefined : call.limits().budget;
  if (budget !== undefined) tellBudget(call.plan.nameFor(call.thisArg), budget, 'earn');
  const { onSuccess } = call.plan.policy.handlers;
  if (!isWanted('retry:success', onSuccess)) return undefined;
  const details: SuccessDetails = eventOf(call, undefined, { event: 'success', ok: true, value });
  return announce(call, onSuccess, details);
}

/** Another attempt will follow. */
export function tellBackoff(
  call: RetriedCall,
  step: WaitStep,
  outcome: Outcome,
  rule: Rule,
): Promise<void> | undefined {
  const { handlers, log } = call.plan.policy;
  const isLogged = isLogWanted(log, step.ms > 0);
  if (!isLogged && !isWanted('retry:backoff', handlers.onBackoff)) return undefined;
  const details: BackoffDetails = eventOf(call, rule, { event: 'backoff', ...outcome, wait: step.ms });
  if (isLogged) writeLog(log, 'info', backoffText(details), details);
  return announce(call, handlers.onBackoff, details);
}

/** No other attempt will follow. */
export function tellGiveUp(
  call: RetriedCall,
  reason: GiveUpReason,
  outcome: Outcome,
  rule: Rule | undefined,
): Promise<void> | undefined {
  const { handlers, log } = call.plan.policy;
  const isLogged = isLogWanted(log, true);
  if (!isLogged && !isWanted('retry:giveup', handlers.onGiveup)) return undefined;
  const details: GiveUpDetails = eventOf(call, rule, { event: 'giveup', ...outcome, reason });
  const level: LogLevel = reason === 'giveup' ? 'info' : 'error'; // the user's own decision is no error
  if (isLogged) writeLog(log, level, giveUpText(details), details);
  return announce(call, handlers.onGiveup, details);
}

/** Whether anybody would hear of an abort. */
export function isAbortWanted(call: RetriedCall): boolean {
  return isWanted('retry:abort', call.plan.policy.handlers.onAbort) || call.aside?.observed === true;
}

/** The call was aborted. An abort waits for nobody. */
export function tellAbort(call: RetriedCall, abortReason: unknown): void {
  const { onAbort } = call.plan.policy.handlers;
  if (!isWanted('retry:abort', onAbort)) return;
  const error = call.latest?.ok === false ? call.latest.error : undefined;
  const details: AbortDetails = eventOf(call, undefined, { event: 'abort', error, abortReason });
  announceAtOnce(onAbort, details);
}

/** The call is over. */
export function tellEnd(call: RetriedCall, ended: EndDetails['ended']): void {
  call.close();
  if (call.aside?.observed === true && isObserved('retry:end'))
    announceAtOnce([], eventOf(call, undefined, { event: 'end', ended }));
}

// Not by spreading: V8 takes thirty times as long for it as for assigning.
function eventOf<E extends object>(call: RetriedCall, rule: Rule | undefined, event: E): CallDetails & E {
  return Object.freeze(Object.assign(call.facts(rule), event));
}

function isWanted(type: EventType, handlers: List): boolean {
  return handlers.length > 0 || isObserved(type);
}

function isLogWanted(log: LogOption, again: boolean): boolean {
  return log !== false && (log !== undefined || isLogRead(again));
}

function announce(call: RetriedCall, handlers: List, details: Details): Promise<void> | undefined {
  if (call.plan.kind !== 'async') {
    announceAtOnce(handlers, details);
    return undefined;
  }
  publishIfWanted(details);
  return tell(handlers, details.name, details);
}

function announceAtOnce(handlers: List, details: Details): void {
  publishIfWanted(details);
  tellAtOnce(handlers, details.name, details);
}

function publishIfWanted(details: Details): void {
  const type: EventType = `retry:${details.event}`;
  if (isObserved(type)) publish(type, details.name, details);
}
