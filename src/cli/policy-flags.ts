/**
 * Which policy a command works under: the flags that `waits` and `exec` share.
 *
 * A flag stands in place of what the policy of a file says. What nobody says is as in `withRetry`. The flags of waits and
 * jitters have a file of their own.
 */
import { existsSync } from 'node:fs';
import { type Command, Option } from 'commander';
import { jitterOf, waitOf } from '../config/index.js';
import type { Ms } from '../core.js';
import { timeLimit, tries } from './flag-values.js';
import type { ChosenPolicy } from './policy.js';
import { type FilePolicy, policyFromFile } from './policy-file.js';
import { defaultJitter, settingsText } from './policy-text.js';
import { addWaitFlags, chosenJitter, chosenWait, usualWait } from './wait-flags.js';

interface PolicyFlags {
  readonly policy?: string;
  readonly gateway?: string;
  readonly config?: string;
  readonly maxTries?: number;
  readonly maxTime?: Ms;
}

/** Adds the flags of a policy to a command. */
export function addPolicyFlags(command: Command): void {
  const flag = (flags: string, text: string): Option => new Option(flags, text).helpGroup('Policy:');
  const all = [
    flag(
      '--max-tries <number>',
      'attempts in all, the first included, or "unlimited" (default: 10)',
    ).argParser(tries),
    flag(
      '--max-time <time>',
      'no attempt is planned to start later than this (default: unlimited)',
    ).argParser(timeLimit),
    flag('--policy <name>', 'start from this policy of the configuration file'),
    flag('--gateway <name>', 'start from this gateway of the configuration file').conflicts('policy'),
    flag('--config <file>', 'the configuration file (default: the one that is found from here upward)'),
  ];
  for (const one of all) command.addOption(one);
  addWaitFlags(command);
}

/**
 * The policy that a command line asks for. A command line that makes no sense ends the command.
 *
 * @throws {ConfigError} for a configuration file that is not valid.
 * @throws {OptionError} for a name that is not in it, and for options that do not go together.
 */
export function chosenPolicy(command: Command): ChosenPolicy {
  const { maxTries, maxTime }: PolicyFlags = command.opts();
  const { retry, timeout } = fromFile(command) ?? { retry: {}, timeout: undefined };
  const wait = chosenWait(command) ?? retry.wait ?? usualWait;
  const jitter = chosenJitter(command) ?? retry.jitter;
  return {
    policy: {
      wait: waitOf(wait),
      jitter: jitterOf(jitter),
      maxTries: maxTries ?? retry.maxTries ?? 10,
      maxTime: maxTime ?? retry.maxTime ?? Infinity,
    },
    timeout,
    words: { wait: settingsText(wait), jitter: settingsText(jitter ?? defaultJitter(wait)) },
  };
}

function fromFile(command: Command): FilePolicy | undefined {
  const { policy, gateway, config }: PolicyFlags = command.opts();
  const name = policy ?? gateway;
  if (config !== undefined && !existsSync(config)) {
    return command.error(`error: --config must name a file that is there; got "${config}".`);
  }
  if (name !== undefined) {
    return policyFromFile({ config, kind: policy === undefined ? 'gateway' : 'policy', name });
  }
  if (config === undefined) return undefined;
  return command.error('error: --config names a file, and neither --policy nor --gateway says what of it.');
}
