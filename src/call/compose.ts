/**
 * Several policies as one.
 */
import { OptionError } from '../errors.js';
import { type Wrap, makePolicy, wrapOf } from './make-wrapper.js';
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
  const wrapAll: Wrap = (target, name) =>
    wraps.reduceRight<ReturnType<Wrap>>(
      (inner, wrap) => {
        const outer = wrap(inner.fn, name);
        return { fn: outer.fn, policy: outer.policy ?? inner.policy };
      },
      { fn: target },
    );
  return makePolicy('compose()', wrapAll) as Composed<Ps>;
}
