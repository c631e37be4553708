/**
 * Several policies as one.
 */
import { OptionError } from '../errors.js';
import { contextHere } from './context.js';
import { keepKind } from './kind.js';
import { type Wrap, makePolicy, wrapOf, checkRun } from './make-wrapper.js';
import type { AnyFunction, AcceptsOf, AddsOf, AnyPolicy, Substitute, Wrapper } from './wrapper.js';

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
        keepKind(outer.fn, inner.fn);
        return { fn: outer.fn, policy: outer.policy ?? inner.policy };
      },
      { fn: target },
    );
  // Each makes the call in its own way: a breaker remembers what it has run, a fallback its last good value.
  const run = (call: AnyFunction, more?: unknown): unknown => {
    checkRun(call, more);
    if (policies.length === 0) return call(contextHere());
    const runAll = policies.reduceRight<AnyFunction>((inner, policy) => {
      const next = (): unknown => policy.run(inner);
      keepKind(next, inner);
      return Object.defineProperty(next, 'name', { value: call.name });
    }, call);
    return runAll();
  };
  return makePolicy('compose()', wrapAll, { run }) as Composed<Ps>;
}
