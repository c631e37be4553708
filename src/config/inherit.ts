/**
 * What holds in the end where one policy starts from another, and a gateway from a policy.
 *
 * Each pattern is taken over option by option: `retry: { max_tries: 2 }` changes the tries of the policy above and
 * keeps its waits. `false` leaves a pattern out, options bring it back.
 */
import { presets } from './presets.js';
import type {
  GatewaySettings,
  HttpSettings,
  PatternSettings,
  PolicySettings,
  StampedeSettings,
} from './settings.js';

/** Options that say the same in two ways: the one that is said later takes the other's place. */
const rivals: readonly (readonly [string, string])[] = [
  ['errors', 'rules'],
  ['lastCalls', 'window'],
  ['backoff', 'backoffFactor'],
];

/** Options of HTTP that are joined by the names in them. */
const joined = ['headers', 'cookies', 'params'] as const;

/** The patterns of a policy of the file, or of one that needs no file; `undefined` where there is none of that name. */
export function policyOf(settings: StampedeSettings, name: string): PatternSettings | undefined {
  return policyBelow(settings, name, []);
}

function policyBelow(
  settings: StampedeSettings,
  name: string,
  below: readonly string[],
): PatternSettings | undefined {
  const own = ownPolicy(settings, name);
  // A policy that extends its own name means the one that needs no file.
  const isPreset = own === undefined || below.includes(name);
  if (isPreset) return Object.hasOwn(presets, name) ? presets[name] : undefined;
  const { extends: above, ...patterns } = own;
  if (above === undefined) return patterns;
  return merged(policyBelow(settings, above, [...below, name]) ?? {}, patterns);
}

function ownPolicy({ policies = {} }: StampedeSettings, name: string): PolicySettings | undefined {
  return Object.hasOwn(policies, name) ? policies[name] : undefined;
}

/** The patterns of a gateway of the file, those of its policy included. */
export function gatewayOf(settings: StampedeSettings, name: string): GatewaySettings | undefined {
  const own = ownGateway(settings, name);
  if (own === undefined) return undefined;
  const { policy = 'default', ...patterns } = own;
  return merged(policyOf(settings, policy) ?? {}, patterns);
}

function ownGateway({ gateways = {} }: StampedeSettings, name: string): GatewaySettings | undefined {
  return Object.hasOwn(gateways, name) ? gateways[name] : undefined;
}

/** The file's `http`, and on top of it that of a gateway; `undefined` where neither is said. */
export function httpOf(settings: StampedeSettings, gateway?: string): HttpSettings | undefined {
  const base = settings.http;
  const own = gateway === undefined ? undefined : ownGateway(settings, gateway)?.http;
  if (own === undefined || base === undefined) return own ?? base;
  const together: Record<string, unknown> = { ...without(base, own), ...own };
  for (const name of joined) {
    if (base[name] !== undefined && own[name] !== undefined) together[name] = { ...base[name], ...own[name] };
  }
  return together;
}

function merged<Own extends object>(base: object, own: Own): Own {
  const result: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(own)) {
    const before = result[name];
    result[name] = isMap(before) && isMap(value) ? { ...without(before, value), ...value } : value;
  }
  return result as Own;
}

function without(base: object, own: object): object {
  const gone = new Set(
    rivals.flatMap(([one, other]) => [...(one in own ? [other] : []), ...(other in own ? [one] : [])]),
  );
  return Object.fromEntries(Object.entries(base).filter(([name]) => !gone.has(name)));
}

function isMap(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
