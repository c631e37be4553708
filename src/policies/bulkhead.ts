/**
 * Keeping one slow dependency from taking everything: so many calls at once, so many waiting, the rest refused.
 *
 * `room.ts` lets the calls in; an adaptive limit (`adaptive-limit.ts`) learns from the answers.
 */
import type { Wrapper } from '../call/wrapper.js';
import { checkNumber } from '../checks.js';
import { type Handlers, checkHandlers } from '../retry/handlers.js';
import { checkFunction } from '../retry/option-checks.js';
import type { Mode } from '../retry/options.js';
import { type Duration, toMs } from '../time/duration.js';
import type { LimitMaker } from './adaptive-limit.js';
import { type GuardOptions, checkGuardOptions, waitingBy } from './guard-options.js';
import { type GuardFor, type GuardOffers, makeGuard } from './make-guard.js';
import { type OverloadTest, isOverload } from './overload.js';
import { type BulkheadDetails, type BulkheadState, Room, type RoomRules, checkLimit } from './room.js';

export interface BulkheadOptions<M extends Mode = 'auto' | 'sync'> extends GuardOptions<M> {
  /** Calls in flight at once: a number, or a limit that learns, such as `aimd()` or `gradient()`. */
  readonly limit: number | LimitMaker;
  /** Calls that may wait for a place (async functions only). @default 0 */
  readonly queue?: number | undefined;
  /** How long one may wait, `Infinity` for as long as it takes. @default '1s' */
  readonly maxWait?: Duration | undefined;
  /** For an adaptive limit: which outcomes are signs of overload. @default as in `throttle` */
  readonly isOverload?: OverloadTest | undefined;
  /** Called for each call that is refused. */
  readonly onFull?: Handlers<Extract<BulkheadDetails, { event: 'full' }>> | undefined;
  /** Called when an adaptive limit has changed. */
  readonly onLimit?: Handlers<Extract<BulkheadDetails, { event: 'limit' }>> | undefined;
}

export interface Bulkhead extends Wrapper, GuardOffers<BulkheadState> {}

const own = ['limit', 'queue', 'maxWait', 'isOverload', 'onFull', 'onLimit'];

/**
 * Lets so many calls in at once, lets some wait in line, and refuses the rest.
 *
 *     const ten = bulkhead({ limit: 10, queue: 20, maxWait: '500ms' });
 *     const report = ten(fetchReport);   // BulkheadFullError when 10 are in flight and 20 wait
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function bulkhead<M extends Mode = 'auto'>(options: BulkheadOptions<M>): GuardFor<Bulkhead, M>;
export function bulkhead(options: BulkheadOptions<Mode>): unknown {
  const common = checkGuardOptions('bulkhead', options, own);
  const queue = checkNumber('queue', options.queue ?? 0, { least: 0, whole: true });
  const rules: RoomRules = {
    ...waitingBy(queue > 0 ? 'queue' : undefined, common),
    queue,
    maxWait: toMs('maxWait', options.maxWait ?? '1s', { infinite: true }),
    test: checkFunction('isOverload', options.isOverload, isOverload) as OverloadTest,
    onFull: checkHandlers('onFull', options.onFull),
    onLimit: checkHandlers('onLimit', options.onLimit),
  };
  const { limit } = options;
  if (typeof limit !== 'function') checkLimit(limit);
  return makeGuard('bulkhead', rules, {
    make: (key) => new Room(rules, limit, key),
    show: (room) => room.state,
    admit: (room, guarded, thisArg, args) => room.call(guarded, thisArg, args),
    isBusy: (room) => room.isBusy,
  });
}
