/**
 * One door to one dependency.
 *
 * A gateway joins the stability patterns in one fixed order, so that they work together instead of against one
 * another; the caller brings only the call.
 *
 *     fallback( deadline( retry( rateLimit( bulkhead( throttle( circuitBreaker( hedge( timeout( call )))))))))
 */
import { checkKeys } from '../checks.js';
import { compose } from '../call/compose.js';
import { callInContext } from '../call/context.js';
import { isAsync } from '../call/kind.js';
import { type Wrap, makePolicy, wrapOf } from '../call/make-wrapper.js';
import type { AnyFunction } from '../call/wrapper.js';
import { OptionError } from '../errors.js';
import type { Budget } from '../retry/attempts.js';
import { checkName } from '../retry/option-checks.js';
import type { ErrorMatcher, RuleList, Verdict } from '../retry/options.js';
import { defined, inOrder, partsOf } from './gateway-parts.js';
import {
  type FallbackGateway,
  type Gateway,
  type GatewayOptions,
  type GatewayState,
  gatewayOptionNames,
} from './gateway-options.js';
import type { RetryBudget } from './retry-budget.js';

// A function given to `fallback` is always called.
type AddsOfFallback<F> = F extends (...args: any[]) => infer Result ? Awaited<Result> : F;

const defaults = /* @__PURE__ */ new Map<string, GatewayOptions<unknown>>();

/**
 * Gives gateways of a name the options that they start from; those in the code come on top. A configuration puts its
 * gateways here; it must do so before they are made.
 *
 * @param options  `undefined` takes them away again.
 * @throws {OptionError} when an option is unknown.
 */
export function setGatewayDefaults(name: string, options: GatewayOptions<unknown> | undefined): void {
  if (options === undefined) defaults.delete(name);
  else {
    checkKeys(`gateway "${name}"`, options, gatewayOptionNames);
    defaults.set(name, Object.freeze({ ...options }));
  }
}

/**
 * One door to one dependency: timeouts, retries with a budget, a circuit breaker and a fallback, in one fixed order.
 *
 *     const recommendations = gateway('recommendations', { timeout: '300ms', fallback: [] });
 *     const items = await recommendations.run(({ signal }) => load(url, signal));
 *
 *     class Shop {
 *       @gateway('prices', { timeout: '1s' })
 *       async price(id: number): Promise<number> { ... }
 *     }
 *
 * Every gateway is async. Retries are for calls that may be made twice: for others say `retry: false`.
 *
 * @param name     Stands in errors and events, and finds the defaults of `setGatewayDefaults`.
 * @param options  Each pattern's own options, a policy to share, or `false`.
 * @throws {OptionError} when an option is unknown or not allowed.
 * @see M. T. Nygard, *Release It!*, "generic gateway"
 */
export function gateway<
  F = never,
  M extends ErrorMatcher = ErrorMatcher,
  M0 = unknown,
  M1 = unknown,
  M2 = unknown,
  M3 = unknown,
  M4 = unknown,
  M5 = unknown,
>(
  name: string,
  options?: GatewayOptions<F, M, RuleList<any, Verdict, M0, M1, M2, M3, M4, M5>>,
): [F] extends [never] ? Gateway : FallbackGateway<AddsOfFallback<F>>;
export function gateway(name: string, options: GatewayOptions<unknown> = {}): unknown {
  if (checkName(name) === undefined) throw new OptionError('name', name, 'must be given to gateway');
  checkKeys(`gateway "${name}"`, options, gatewayOptionNames);
  const given: GatewayOptions<unknown> = { ...defaults.get(name), ...defined(options) };
  const parts = partsOf(name, given);
  const wrapAll = wrapOf(compose(...inOrder(parts))) as Wrap;
  const { retry, deadline, hedge, timeout } = parts;
  const isFramed = (retry ?? deadline ?? hedge ?? timeout) !== undefined;
  const wrap: Wrap = (target, _name, original) =>
    wrapAll(asyncOf(isFramed ? target : inContext(target)), () => name, original);
  return makePolicy(`gateway("${name}")`, wrap, {
    name,
    circuit: parts.circuitBreaker,
    get state(): GatewayState {
      const { circuitBreaker, budget, bulkhead, rateLimit, throttle } = parts;
      return {
        circuit: circuitBreaker?.state,
        budget: isLevelled(budget) ? { level: budget.level, capacity: budget.capacity } : undefined,
        bulkhead: bulkhead?.state,
        rateLimit: rateLimit?.state,
        throttle: throttle?.state,
      };
    },
  });
}

// Every gateway is async, whatever stands in it: what is thrown at once is a rejection.
function asyncOf(target: AnyFunction): AnyFunction {
  if (isAsync(target)) return target;
  // eslint-disable-next-line @typescript-eslint/require-await -- its kind is what counts
  const call = async function (this: unknown, ...args: unknown[]): Promise<unknown> {
    return target.apply(this, args) as unknown;
  };
  return Object.defineProperty(call, 'name', { value: target.name });
}

// A gateway from which all is taken away, by a configuration say, still has to answer `currentCall()`.
function inContext(target: AnyFunction): AnyFunction {
  return function (this: unknown, ...args: unknown[]): unknown {
    return callInContext(() => target.apply(this, args) as unknown);
  };
}

function isLevelled(budget: Budget | undefined): budget is RetryBudget {
  return budget !== undefined && 'level' in budget && 'capacity' in budget;
}
