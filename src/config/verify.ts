/**
 * What a schema cannot say: options that do not fit together, by the core's own word.
 *
 * Every policy of a configuration is made once, by the function that will make it later, and thrown away.
 */
import {
  OptionError,
  bulkhead,
  circuitBreaker,
  deadline,
  hedge,
  rateLimit,
  retry,
  retryBudget,
  throttle,
  timeout,
} from '../core.js';
import type { PlacedFault } from './config-error.js';
import { httpOptionsOf } from './convert/http.js';
import {
  budgetOptionsOf,
  bulkheadOptionsOf,
  circuitOptionsOf,
  hedgeOptionsOf,
  rateLimitOptionsOf,
  retryOptionsOf,
  throttleOptionsOf,
} from './convert/patterns.js';
import { retryConfigOptionsOf } from './convert/retry-config.js';
import type { Path } from './place.js';
import { gatewayOf, httpOf, policyOf } from './inherit.js';
import { inheritanceFaults, isRooted } from './inherit-faults.js';
import type { HttpSettings, PatternSettings, StampedeSettings } from './settings.js';

type Trial = readonly [name: string, settings: unknown, make: (settings: never) => unknown];

/** All that does not fit together. */
export function faultsOf(settings: StampedeSettings): readonly PlacedFault[] {
  const { policies = {}, gateways = {}, http, retryConfig } = settings;
  // What starts from nothing cannot be tried.
  const ofPolicies = Object.keys(policies)
    .filter((name) => isRooted(settings, name))
    .flatMap((name) => patternFaults(policyOf(settings, name) ?? {}, ['policies', name]));
  const ofGateways = Object.entries(gateways)
    .filter(([, { policy = 'default' }]) => isRooted(settings, policy))
    .flatMap(([name]) => patternFaults(gatewayOf(settings, name) ?? {}, ['gateways', name]));
  const ofTheirHttp = Object.entries(gateways).flatMap(([name, own]) =>
    own.http === undefined ? [] : httpFaults(httpOf(settings, name) ?? {}, ['gateways', name, 'http']),
  );
  return [
    ...inheritanceFaults(settings),
    ...bothFaults(settings),
    ...(http === undefined ? [] : httpFaults(http, ['http'])),
    ...(retryConfig === undefined ? [] : tried(['retryConfig'], retryConfig, retryConfigOptionsOf)),
    ...ofPolicies,
    // A fault that a gateway takes over from its policy is none of its own.
    ...(ofPolicies.length === 0 ? ofGateways : ofGateways.filter(({ path }) => isSaid(settings, path))),
    ...ofTheirHttp,
  ];
}

function isSaid(settings: unknown, path: Path): boolean {
  const value = path.reduce<unknown>(
    (at, step) => (at as Readonly<Record<string | number, unknown>> | undefined)?.[step],
    settings,
  );
  return value !== undefined;
}

function bothFaults({ http, retryConfig }: StampedeSettings): readonly PlacedFault[] {
  if (http === undefined || retryConfig === undefined) return [];
  const allowed = 'stands beside retry_config, which says the same; write one of them';
  return [{ path: ['http'], allowed, isKey: true }];
}

function patternFaults(settings: PatternSettings, path: Path): readonly PlacedFault[] {
  const trials: readonly Trial[] = [
    ['timeout', settings.timeout, (ms: number) => timeout(ms)],
    ['deadline', settings.deadline, (ms: number) => deadline(ms)],
    ['retry', settings.retry, (own: never) => retry(retryOptionsOf(own) as never)],
    ['budget', settings.budget, (own: never) => retryBudget(budgetOptionsOf(own))],
    ['circuitBreaker', settings.circuitBreaker, (own: never) => circuitBreaker(circuitOptionsOf(own))],
    ['bulkhead', settings.bulkhead, (own: never) => bulkhead(bulkheadOptionsOf(own))],
    ['rateLimit', settings.rateLimit, (own: never) => rateLimit(rateLimitOptionsOf(own))],
    ['throttle', settings.throttle, (own: never) => throttle(throttleOptionsOf(own))],
    ['hedge', settings.hedge, (own: never) => hedge(hedgeOptionsOf(own))],
  ];
  return run(trials, path);
}

function httpFaults(settings: HttpSettings, path: Path): readonly PlacedFault[] {
  const { circuitBreaker: circuit, budget, backoff, backoffFactor } = settings;
  const trials: readonly Trial[] = [
    ['circuitBreaker', circuit, (own: never) => circuitBreaker(circuitOptionsOf(own))],
    ['budget', budget, (own: never) => retryBudget(budgetOptionsOf(own))],
    ['backoff', backoff, () => httpOptionsOf({ backoff })],
    ['jitter', settings.jitter, (jitter: never) => httpOptionsOf({ jitter })],
  ];
  const twice: readonly PlacedFault[] =
    backoff === undefined || backoffFactor === undefined
      ? []
      : [{ path: [...path, 'backoffFactor'], allowed: 'stands beside backoff, which says the same' }];
  return [...twice, ...run(trials, path)];
}

function run(trials: readonly Trial[], path: Path): readonly PlacedFault[] {
  return trials.flatMap(([name, settings, make]) =>
    settings === undefined || settings === false ? [] : tried([...path, name], settings, make as never),
  );
}

function tried<Settings>(
  path: Path,
  settings: Settings,
  make: (settings: Settings) => unknown,
): readonly PlacedFault[] {
  try {
    make(settings);
    return [];
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    return [faultOf(error, path, settings)];
  }
}

/** An error of the core, with the path of the option that it names, where that stands in the file. */
function faultOf({ option, message }: OptionError, path: Path, settings: unknown): PlacedFault {
  const sentence = message.replace(/; got [^;]*\.$/, '');
  const place = placeOf(option.split('.'), settings);
  return place === undefined
    ? { path, allowed: `does not fit together: ${sentence}` }
    : { path: [...path, ...place], allowed: sentence.slice(option.length + 1) };
}

// An option of a wait is named without the wait that it is of.
function placeOf(steps: readonly string[], settings: unknown): readonly string[] | undefined {
  if (typeof settings !== 'object' || settings === null) return undefined;
  const [first = '', ...rest] = steps;
  const value = (settings as Readonly<Record<string, unknown>>)[first];
  if (value !== undefined) return rest.length === 0 ? [first] : [first, ...(placeOf(rest, value) ?? [])];
  for (const [name, inner] of Object.entries(settings)) {
    const place = placeOf(steps, inner);
    if (place !== undefined) return [name, ...place];
  }
  return undefined;
}
