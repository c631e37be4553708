/**
 * A configuration → the facts that the rules look at: what is inherited is settled, and defaults are spelled out.
 */
import {
  type GatewayRetry,
  type RetryRule,
  type WaitMaker,
  expo,
  gatewayDefaults,
  toMs,
} from '../../core.js';
import { budgetOptionsOf, circuitOptionsOf, retryOptionsOf } from '../convert/patterns.js';
import { gatewayOf, policyOf } from '../inherit.js';
import { httpIn } from '../load.js';
import type { GatewaySettings, PatternSettings, StampedeSettings } from '../settings.js';
import { breakerFacts } from './breaker-facts.js';
import { budgetFacts } from './budget-facts.js';
import type { GatewayFacts, LoadFacts, RetryFacts } from './gateway-facts.js';
import { httpFacts } from './http-facts.js';

/** What `gateway()` does where nothing is said. */
const usual = { ...gatewayDefaults, ratio: 0.1, minimum: 3 };

/** The facts of all that is configured: gateways, requests of their own, policies that no gateway has, `http`. */
export function factsOf(settings: StampedeSettings): readonly GatewayFacts[] {
  const isOff = settings.enabled === false;
  const all = [
    ...Object.keys(settings.gateways ?? {}).flatMap((name) => gatewayFacts(settings, name)),
    ...unusedPolicies(settings).map((name) => ({
      ...labelled(name, `policies.${name}`),
      ...patternFacts(policyOf(settings, name) ?? {}),
    })),
    ...ofRequests(settings),
  ];
  return isOff ? all.map((facts) => ({ ...facts, retry: undefined })) : all;
}

function gatewayFacts(settings: StampedeSettings, name: string): readonly GatewayFacts[] {
  const path = `gateways.${name}`;
  const resolved = gatewayOf(settings, name) as GatewaySettings;
  const { upstream, calls = [], http } = resolved;
  const load = loadOf(upstream);
  const own = { ...labelled(name, path), ...patternFacts(resolved), load, calls };
  if (http === undefined) return [own];
  return [
    own,
    { ...labelled(name, `${path}.http`), ...httpFacts(httpIn(settings, name) ?? {}), load, calls },
  ];
}

/** Requests that belong to no gateway. */
function ofRequests(settings: StampedeSettings): readonly GatewayFacts[] {
  const { http, retryConfig } = settings;
  const facts = httpFacts(httpIn(settings) ?? {});
  if (http !== undefined) return [{ ...labelled('http', 'http'), ...facts }];
  if (retryConfig === undefined) return [];
  return [{ ...labelled('retry_config', 'retry_config'), ...facts, section: 'retry_config' }];
}

function labelled(name: string, path: string): Pick<GatewayFacts, 'name' | 'path' | 'load' | 'calls'> {
  return { name, path, load: loadOf(undefined), calls: [] };
}

function loadOf(upstream: GatewaySettings['upstream']): LoadFacts {
  return { rate: upstream?.rate, capacity: upstream?.capacity, processes: upstream?.processes ?? 1 };
}

/** A policy that a gateway starts from, or another policy does, is looked at there. */
function unusedPolicies({ policies = {}, gateways = {} }: StampedeSettings): readonly string[] {
  const used = new Set([
    ...Object.values(gateways).map(({ policy = 'default' }) => policy),
    ...Object.values(policies).map(({ extends: above }) => above),
  ]);
  return Object.keys(policies).filter((name) => !used.has(name));
}

/** The facts of `gateway(name, gatewayOptionsOf(settings))`. */
function patternFacts(settings: PatternSettings): Omit<GatewayFacts, 'name' | 'path' | 'load' | 'calls'> {
  const {
    timeout = usual.timeout,
    deadline = usual.deadline,
    retry,
    budget = {},
    circuitBreaker = {},
  } = settings;
  const { bulkhead, rateLimit, throttle, hedge } = settings;
  const isRetried = retry !== false && retry?.enabled !== false;
  const tries = isRetried ? retryFacts(retryOptionsOf(retry ?? {})) : undefined;
  const retries = (tries?.maxTries ?? usual.maxTries) - 1;
  return {
    retry: tries,
    section: 'gateway',
    timeout: timeout || Infinity,
    countsTimeout: true,
    deadline: deadline || Infinity,
    isUsualDeadline: settings.deadline === undefined,
    budget: budget === false ? undefined : budgetFacts(budgetOptionsOf(budget), { ...usual, retries }),
    breaker: circuitBreaker === false ? undefined : breakerFacts(circuitOptionsOf(circuitBreaker)),
    bulkhead: bulkhead ? { queue: bulkhead.queue ?? 0, maxWait: bulkhead.maxWait ?? 1000 } : undefined,
    rateWait: rateLimit ? (rateLimit.maxWait ?? 0) : undefined,
    hedge: hedge ? { after: typeof hedge.after === 'number' ? hedge.after : undefined } : undefined,
    isThrottled: throttle !== undefined && throttle !== false,
    unsafeMethods: [],
    unsafeStatuses: [],
  };
}

function retryFacts(given: GatewayRetry): RetryFacts {
  const { jitter, rules } = given;
  const maxTries = (given.maxTries ?? usual.maxTries) as number;
  const wait: WaitMaker = given.wait ?? expo({ factor: 100, maxValue: 10_000 });
  const own = rules?.map((rule: RetryRule) => ({
    wait: rule.wait ?? wait,
    maxTries: Math.min(rule.maxTries ?? Infinity, maxTries),
  }));
  const maxTime = toMs('maxTime', given.maxTime ?? Infinity, { infinite: true });
  return { maxTries, maxTime, wait, jitter, rules: own };
}
