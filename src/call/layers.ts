/**
 * Layers around a function: what stands inside of what, and which call a refusal has taken the place of.
 *
 * A retry that was paid for is refunded where nothing was sent. The error alone does not say so: an open circuit may
 * have kept the retry from being sent, or the function may have been called and met an open circuit of its own. So a
 * policy that refuses notes the function that it did not call, and a retry asks whether that is one of those between
 * it and the user's.
 */
import type { AnyFunction } from './wrapper.js';

const insides = /* @__PURE__ */ new WeakMap<AnyFunction, AnyFunction>();

// Several, as the refusals of an open circuit are one and the same error.
const refusals = /* @__PURE__ */ new WeakMap<object, WeakSet<AnyFunction>>();

// What ends as soon as the call around it is aborted, whatever the user's function does.
const prompt = /* @__PURE__ */ new WeakSet<AnyFunction>();

/** `outer` calls `inner` at most once, and nothing else; where it must wait for it, it ends when that does. */
export function noteLayer(outer: AnyFunction, inner: AnyFunction): void {
  if (outer === inner) return;
  insides.set(outer, inner);
  if (prompt.has(inner)) prompt.add(outer);
}

/** The promises of `fn` are rejected as soon as the call around them is aborted. */
export function notePrompt(fn: AnyFunction): void {
  prompt.add(fn);
}

/** Whether nobody but `fn` has to listen for an abort of the call around it. */
export function isPrompt(fn: AnyFunction): boolean {
  return prompt.has(fn);
}

/** `error` stands for a call of `target` that was not made. */
export function noteRefusal(error: object, target: AnyFunction): void {
  const targets = refusals.get(error);
  if (targets === undefined) refusals.set(error, new WeakSet([target]));
  else targets.add(target);
}

/** Whether `error` says that nothing was sent: a layer of `outermost` has refused to call the next. */
export function wasRefused(error: unknown, outermost: AnyFunction): boolean {
  const targets = typeof error === 'object' && error !== null ? refusals.get(error) : undefined;
  if (targets === undefined) return false;
  for (let inner = insides.get(outermost); inner !== undefined; inner = insides.get(inner)) {
    if (targets.has(inner)) return true;
  }
  return false;
}
