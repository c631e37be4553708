/**
 * Retrying a sync function: a loop that blocks the thread while it waits.
 *
 * It decides nothing; what it does, `attempts.ts` has said.
 */
import { currentFrame, enterFrame } from '../call/context.js';
import { type Outcome, asPromise, isThenable } from '../call/outcome.js';
import { OptionError, UsageError } from '../errors.js';
import { warnOnce } from '../events.js';
import { causeOf } from '../wait/waits.js';
import type { DrivenCall } from './async-driver.js';
import type { GiveUpStep, WaitStep } from './attempts.js';
import type { EndDetails } from './details.js';
import type { Plan } from './plan.js';
import { type Found, type Rule, ignore } from './rules.js';
import { tellAbort, tellAttempt, tellBackoff, tellGiveUp, tellSuccess } from './telling.js';

/** How a call ends: for good, or by going on as an async one. */
type End =
  | { readonly ended: EndDetails['ended']; readonly outcome: Outcome }
  | { readonly ended: 'async'; readonly promise: PromiseLike<unknown> };

/**
 * Goes on after the first attempt of a sync function has ended.
 *
 * @param looked  What the rules have said of the outcome already.
 * @returns What the function gives in the end; a promise if a later attempt gives one.
 * @throws what the call ends with.
 */
export function driveSync(call: DrivenCall, first: Outcome, looked?: { readonly found: Found }): unknown {
  let end: End;
  try {
    end = drive(call, first, looked);
  } catch (error) {
    call.refund();
    end = { ended: 'passed', outcome: { ok: false, error } };
  }
  if (end.ended === 'async') {
    call.plan.kind = 'async';
    return call.follow(asPromise(end.promise));
  }
  const { ended, outcome } = end;
  call.finish(ended, outcome.ok ? undefined : outcome);
  if (outcome.ok) return outcome.value;
  throw outcome.error;
}

function drive(call: DrivenCall, first: Outcome, looked: { readonly found: Found } | undefined): End {
  let outcome = first;
  let known = looked;
  for (;;) {
    call.end(outcome, call.moment());
    const rule = atOnce(call, known === undefined ? call.match(outcome) : known.found, 'predicate', outcome);
    known = undefined;
    // A value that is good enough is given to the caller all the same.
    const aborted = outcome.ok && rule === undefined ? undefined : endOfAbort(call);
    if (aborted !== undefined) return aborted;
    if (rule === undefined) return leave(call, outcome);
    const step = atOnce(call, call.decide(rule, outcome), 'giveup', outcome);
    const end =
      step.kind === 'giveup' ? giveUp(call, step, outcome, rule) : blockFor(call, step, outcome, rule);
    if (end !== undefined) return end;
    const next = attempt(call);
    if ('ended' in next) return next;
    outcome = next;
    if (outcome.ok && isThenable(outcome.value)) {
      if (call.plan.policy.mode === 'sync') throw noPromise(call, outcome.value);
      return { ended: 'async', promise: outcome.value };
    }
  }
}

/** The function gave a promise in `mode: 'sync'`. @throws {OptionError} */
export function refusePromise(call: DrivenCall, result: unknown): never {
  const error = noPromise(call, result);
  call.finish('passed', { error });
  throw error;
}

function noPromise({ plan, thisArg }: DrivenCall, result: unknown): OptionError {
  if (isThenable(result)) ignore(result);
  const allowed = `does not fit ${plan.nameFor(thisArg)}, which gives promises (leave it out, or say "async")`;
  return new OptionError('mode', 'sync', allowed);
}

function atOnce<T>(
  { plan, thisArg }: DrivenCall,
  answer: T | PromiseLike<T>,
  option: string,
  outcome: Outcome,
): T {
  if (!isThenable(answer)) return answer;
  ignore(answer);
  const allowed = `must answer at once, as ${plan.nameFor(thisArg)} is sync`;
  throw new OptionError(option, answer, allowed, { ...causeOf(outcome), got: 'a promise' });
}

/** Waits. @returns How the call ends, where it does instead. */
function blockFor(call: DrivenCall, step: WaitStep, outcome: Outcome, rule: Rule): End | undefined {
  const { clock, plan } = call;
  void tellBackoff(call, step, outcome, rule);
  const aborted = endOfAbort(call);
  if (aborted !== undefined) return aborted;
  const fitted = call.afterHandlers(step);
  if (fitted.kind === 'giveup') return giveUp(call, fitted, outcome, rule);
  if (plan.kind === 'unknown') warnOfBlocking(plan, plan.nameFor(call.thisArg));
  const before = clock.now();
  try {
    clock.block(fitted.ms);
  } catch {
    const what = `${plan.nameFor(call.thisArg)} cannot wait here: this thread may not be blocked. Make the function async.`;
    throw new UsageError(what, causeOf(outcome));
  }
  const refusal = call.afterWake(clock.now() - before - fitted.ms);
  return endOfAbort(call) ?? (refusal && giveUp(call, refusal, outcome, rule));
}

function warnOfBlocking(plan: Plan, name: string): void {
  const text =
    `${name} threw before it was known whether it is async, so Stampede waits as for a sync function and blocks the ` +
    `thread. If it returns promises, say mode: 'async'.`;
  // What `run` is given is often a fresh closure.
  warnOnce(plan.original === plan.target ? plan.target : plan.policy, text, 'STAMPEDE_BLOCKING');
}

function attempt(call: DrivenCall): Outcome | End {
  call.start();
  tellAttempt(call);
  const aborted = endOfAbort(call);
  if (aborted !== undefined) return aborted;
  call.spend();
  const outer = currentFrame();
  enterFrame(call);
  try {
    const value: unknown = call.plan.target.apply(call.thisArg, call.args as unknown[]);
    return { ok: true, value };
  } catch (error) {
    return { ok: false, error };
  } finally {
    enterFrame(outer);
  }
}

// A blocked thread hears no abort; one that happened in an attempt or a handler is seen here.
function endOfAbort(call: DrivenCall): End | undefined {
  const { aborted } = call;
  if (aborted === undefined) return undefined;
  const error: unknown = aborted.reason;
  call.refund();
  call.aside?.controller?.abort(error);
  tellAbort(call, error);
  return { ended: 'abort', outcome: { ok: false, error } };
}

function leave(call: DrivenCall, outcome: Outcome): End {
  if (!outcome.ok) return { ended: 'passed', outcome };
  void tellSuccess(call, outcome.value);
  return { ended: 'success', outcome };
}

function giveUp(call: DrivenCall, { because }: GiveUpStep, outcome: Outcome, rule: Rule): End {
  void tellGiveUp(call, because, outcome, rule);
  return { ended: 'giveup', outcome: call.endOf(because, outcome) };
}
