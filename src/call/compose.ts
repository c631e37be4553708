/**
 * Several policies as one.
 */
import { OptionError } from '../errors.js';
import type { CallContext } from './context.js';
import { currentCall } from './context.js';
import {
  type AcceptsOf,
  type AddsOf,
  type AnyFunction,
  type AnyPolicy,
  type Substitute,
  type Wrapper,
  makeWrapper,
} from './wrapper.js';

/** The type of `compose(...)`: a wrapper, or a substitute when one of the policies is. */
export type Composed<Ps extends readonly AnyPolicy[]> = [AddsOf<Ps[number]>] extends [never]
  ? Wrapper<AcceptsOf<Ps[number]>>
  : Substitute<AcceptsOf<Ps[number]>, AddsOf<Ps[number]>>;

/**
 * Joins policies into one, outermost first.
 *
 *     compose(outer, inner)(fn)   // the same as outer(inner(fn))
 *
 * @throws {OptionError} when one of them is no policy.
 */
export function compose<Ps extends readonly AnyPolicy[]>(...policies: Ps): Composed<Ps> {
  for (const policy of policies) {
    if (typeof policy !== 'function') throw new OptionError('compose', policy, 'takes wrappers, outermost first');
  }
  const innermostFirst = ([...policies] as unknown as ((fn: AnyFunction) => AnyFunction)[]).reverse();
  const wrap = (fn: AnyFunction): AnyFunction => innermostFirst.reduce((inner, policy) => policy(inner), fn);
  const composed = makeWrapper('compose()', (fn) => ({ fn: wrap(fn) }));
  const run = (call: (context: CallContext) => unknown): unknown => wrap(() => call(currentCall()))();
  return Object.assign(composed, { run }) as unknown as Composed<Ps>;
}
