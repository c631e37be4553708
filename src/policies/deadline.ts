/**
 * Until when everything inside a call has to be done.
 *
 * A deadline travels inward by the call context: retries never wait past it, timeouts are shortened by it, the
 * function may ask for `remaining()`. With `ambient: true` it is also found after an `await`.
 */
import { lookFurther } from '../call/around.js';
import type { Frame } from '../call/context.js';
import { type Wrap, makePolicy } from '../call/make-wrapper.js';
import type { Wrapper } from '../call/wrapper.js';
import { OptionError } from '../errors.js';
import { checkBoolean } from '../retry/option-checks.js';
import type { Duration } from '../time/duration.js';
import { type AsyncContext, asyncContext } from '../time/host.js';
import { TimedCall, kindOf, timed } from './timed-call.js';
import { type TimeoutOptions, checkLimit, nameFrom, readGiven } from './timeout.js';

/** Options of `deadline`. */
export interface DeadlineOptions extends Omit<TimeoutOptions, 'ms' | 'mode'> {
  /** How long from the start of the call; 0 for a deadline that has passed already. */
  readonly ms: Duration;
  /**
   * Whether calls that start after an `await` of the function find the deadline too. It uses the host's asynchronous
   * context, which slows every promise of the process from then on. @default false
   */
  readonly ambient?: boolean | undefined;
}

const names = ['ms', 'ambient', 'name', 'clock', 'unref', 'onTimeout'] as const;

/**
 * Gives a call, and all that it calls, so much time.
 *
 *     const handle = deadline('800ms', { ambient: true })(async (request) => {
 *       const user = await getUser(request.user);   // its retries and timeouts end within the 800 ms
 *       return render(user, await getOrders(user)); // and so do these, as the deadline is ambient
 *     });
 *
 * A promise that is not there in time is given up with a `TimeoutError`. A sync function cannot be ended; what it
 * calls keeps to the deadline all the same. Nothing is called once the time is over.
 *
 * @param limit    Milliseconds, `'800ms'`, or all options. To pass a deadline on that came with a request, make one for
 *   the time it leaves: `deadline(left).run(...)`.
 * @param options  The other options, beside a time.
 * @throws {OptionError} when an option is unknown or not allowed, or for `ambient` where the host cannot.
 */
export function deadline(limit: Duration | DeadlineOptions, options?: Omit<DeadlineOptions, 'ms'>): Wrapper {
  const given = readGiven('deadline', limit, options, names);
  const common = checkLimit(given, { least: 0 });
  const ambient = given.ambient === undefined ? false : checkBoolean('ambient', given.ambient);
  const context = ambient ? ambientContext() : undefined;
  const wrap: Wrap = (target, nameOf) => ({
    fn: timed({
      ...common,
      target,
      nameFor: nameFrom(given.name, nameOf),
      warnOfValue: undefined,
      within: context && ((call, run) => context.run(call, run)),
      kind: kindOf(target),
    }),
  });
  return makePolicy('deadline', wrap) as Wrapper;
}

let context: AsyncContext<TimedCall> | undefined;

/** One for all, made when it is first asked for. */
function ambientContext(): AsyncContext<TimedCall> {
  const made = context ?? asyncContext<TimedCall>();
  if (made === undefined) {
    throw new OptionError('ambient', true, 'needs a host with AsyncLocalStorage (Node, Bun, Deno)');
  }
  if (context === undefined) lookFurther(() => binding(made.getStore()));
  context = made;
  return made;
}

/** What goes on in the background after a call has ended is bound by those around it that have not. */
function binding(call: Frame | undefined): TimedCall | undefined {
  let frame = call;
  while (frame instanceof TimedCall && frame.isOver) frame = frame.outer;
  return frame instanceof TimedCall ? frame : undefined;
}
