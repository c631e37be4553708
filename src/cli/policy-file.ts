/**
 * What a configuration file says of a policy or a gateway, as far as it concerns waits and tries.
 *
 * A policy counts as it is written; a gateway counts as `gateway()` makes it, with what it does where the file says
 * nothing. Budgets, breakers and names of errors are not for a command: they need the calls of a program.
 */
import {
  type PatternSettings,
  type RetryPolicySettings,
  gatewayOf,
  loadStampede,
  policyOf,
  unloadStampede,
} from '../config/index.js';
import { type Ms, gatewayDefaults } from '../core.js';

/** What stands in the file. */
export interface FilePolicy {
  readonly retry: RetryPolicySettings;
  /** How long one try may take; `undefined` for no limit. */
  readonly timeout: Ms | undefined;
}

export interface PolicyPlace {
  /** The file; `undefined` for the one that is found. */
  readonly config: string | undefined;
  readonly kind: 'policy' | 'gateway';
  readonly name: string;
}

/**
 * Reads a policy or a gateway of a configuration file.
 *
 * @throws {ConfigError} with all that is wrong with the file.
 * @throws {OptionError} for a name that is not in it.
 */
export function policyFromFile({ config, kind, name }: PolicyPlace): FilePolicy {
  try {
    const stampede = loadStampede({ file: config });
    const { settings } = stampede;
    const isOff = settings.enabled === false;
    if (kind === 'policy') {
      stampede.policy(name); // refuses a name that nobody knows
      return filePolicy(policyOf(settings, name) ?? {}, isOff);
    }
    stampede.http(name);
    const { maxTries, ...limits } = gatewayDefaults;
    const own: PatternSettings = gatewayOf(settings, name) ?? {};
    const retry = own.retry === false ? false : { maxTries, ...own.retry };
    return filePolicy({ ...limits, ...own, retry }, isOff);
  } finally {
    unloadStampede(); // what is installed holds for the calls of a program
  }
}

function filePolicy({ retry = {}, timeout, deadline }: PatternSettings, isOff: boolean): FilePolicy {
  const { maxTime = Infinity, ...rest } = retry === false ? { enabled: false } : retry;
  const isOnce = isOff || rest.enabled === false;
  return {
    retry: {
      ...rest,
      // No retry waits past the deadline around it.
      maxTime: Math.min(maxTime, typeof deadline === 'number' ? deadline : Infinity),
      ...(isOnce ? { maxTries: 1 } : {}),
    },
    timeout: typeof timeout === 'number' ? timeout : undefined,
  };
}
