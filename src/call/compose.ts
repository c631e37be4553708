/**
 * Several policies as one.
 */
import { OptionError } from '../errors.js';
import { type Wrap, type Wrapped, addLayer, makePolicy, wrapOf } from './make-wrapper.js';
import type { AcceptsOf, AddsOf, AnyPolicy, Substitute, Wrapper } from './wrapper.js';

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
  const wraps = policies.map((policy) => {
    const wrap = wrapOf(policy);
    if (wrap === undefined) throw new OptionError('compose', policy, 'takes wrappers, outermost first');
    return wrap;
  });
  const wrapAll: Wrap = (target, name, original) =>
    wraps.reduceRight<Wrapped>(
      (inner, wrap) => {
        const outer = addLayer(wrap, inner.fn, name, original);
        // What is between `fn` and `target` has been noted layer by layer.
        return { fn: outer.fn, policy: outer.policy ?? inner.policy, repeats: true };
      },
      { fn: target },
    );
  return makePolicy('compose()', wrapAll) as Composed<Ps>;
}
