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

/**
 * Goes on after the first attempt of a sync function has ended.
 *
 * @param looked  What the rules have said of the outcome already.
 * @returns What the function gives in the end; a promise if a later attempt gives one.
 * @throws what the call ends with.
 */
export function driveSync(call: DrivenCall, first: Outcome, looked?: { readonly found: Found }): unknown {
  let outcome = first;
  let known = looked;
  try {
    for (;;) {
      call.end(outcome, call.moment());
      if (!outcome.ok) throwIfAborted(call);
      const rule = atOnce(
        call,
        known === undefined ? call.match(outcome) : known.found,
        'predicate',
        outcome,
      );
      known = undefined;
      if (rule === undefined) return leave(call, outcome);
      const step = atOnce(call, call.decide(rule, outcome), 'giveup', outcome);
      const refusal = step.kind === 'giveup' ? step : blockFor(call, step, outcome, rule);
      if (refusal !== undefined) return giveUp(call, refusal, outcome, rule);
      outcome = attempt(call);
      if (outcome.ok && isThenable(outcome.value)) return becomeAsync(call, outcome.value);
    }
  } catch (thrown) {
    const { as, error } = Ended.of(thrown);
    call.refund();
    call.finish(as, { error });
    throw error;
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

/** Carries what a call ends with out of the loop. */
class Ended {
  readonly #own = true;

  constructor(
    readonly as: EndDetails['ended'],
    readonly error: unknown,
  ) {}

  /** Unlike `instanceof`, this asks nothing of what was thrown: it may be a Proxy that throws. */
  static of(thrown: unknown): Ended {
    return typeof thrown === 'object' && thrown !== null && #own in thrown
      ? thrown
      : new Ended('passed', thrown);
  }
}

function atOnce<T>(
  { plan, thisArg }: DrivenCall,
  answer: T | PromiseLike<T>,
  option: string,
  outcome: Outcome,
): T {
  if (!isThenable(answer)) return answer as T;
  ignore(answer);
  const allowed = `must answer at once, as ${plan.nameFor(thisArg)} is sync`;
  throw new OptionError(option, answer, allowed, { ...causeOf(outcome), got: 'a promise' });
}

function blockFor(call: DrivenCall, step: WaitStep, outcome: Outcome, rule: Rule): GiveUpStep | undefined {
  const { clock, plan } = call;
  void tellBackoff(call, step, outcome, rule);
  throwIfAborted(call);
  const fitted = call.afterHandlers(step);
  if (fitted.kind === 'giveup') return fitted;
  if (plan.kind === 'unknown') warnOfBlocking(plan, plan.nameFor(call.thisArg));
  const before = clock.now();
  try {
    clock.block(fitted.ms);
  } catch {
    const what = `${plan.nameFor(call.thisArg)} cannot wait here: this thread may not be blocked. Make the function async.`;
    throw new UsageError(what, causeOf(outcome));
  }
  throwIfAborted(call);
  return call.afterWake(clock.now() - before - fitted.ms);
}

function warnOfBlocking(plan: Plan, name: string): void {
  const text =
    `${name} threw before it was known whether it is async, so Stampede waits as for a sync function and blocks the ` +
    `thread. If it returns promises, say mode: 'async'.`;
  warnOnce(plan.original, text, 'STAMPEDE_BLOCKING');
}

function attempt(call: DrivenCall): Outcome {
  call.spend();
  call.start();
  tellAttempt(call);
  throwIfAborted(call);
  const outer = currentFrame();
  enterFrame(call);
  try {
    return { ok: true, value: call.plan.target.apply(call.thisArg, call.args as unknown[]) as unknown };
  } catch (error) {
    return { ok: false, error };
  } finally {
    enterFrame(outer);
  }
}

// A blocked thread hears no abort; one that happened in an attempt or a handler is seen here.
function throwIfAborted(call: DrivenCall): void {
  const signal = call.abortedBy();
  if (signal === undefined) return;
  tellAbort(call, signal.reason);
  throw new Ended('abort', signal.reason);
}

function becomeAsync(call: DrivenCall, promise: PromiseLike<unknown>): unknown {
  if (call.plan.policy.mode === 'sync') throw noPromise(call, promise);
  call.plan.kind = 'async';
  return call.follow(asPromise(promise));
}

function leave(call: DrivenCall, outcome: Outcome): unknown {
  if (!outcome.ok) throw new Ended('passed', outcome.error);
  void tellSuccess(call, outcome.value);
  call.finish('success');
  return outcome.value;
}

function giveUp(call: DrivenCall, step: GiveUpStep, outcome: Outcome, rule: Rule): unknown {
  void tellGiveUp(call, step.because, outcome, rule);
  const end = call.endOf(step.because, outcome);
  if (!end.ok) throw new Ended('giveup', end.error);
  call.finish('giveup');
  return end.value;
}
