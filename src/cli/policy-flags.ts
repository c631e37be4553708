/**
 * Which policy a command works under: the flags that `waits` and `exec` share.
 *
 * What is not said is as in `withRetry`. The flags of waits and jitters have a file of their own.
 */
import { type Command, Option } from 'commander';
import { jitterOf, waitOf } from '../config/index.js';
import type { Ms } from '../core.js';
import { timeLimit, tries } from './flag-values.js';
import type { ChosenPolicy } from './policy.js';
import { defaultJitter, settingsText } from './policy-text.js';
import { addWaitFlags, chosenJitter, chosenWait } from './wait-flags.js';

/** Adds the flags of a policy to a command. */
export function addPolicyFlags(command: Command): void {
  const flag = (flags: string, text: string): Option => new Option(flags, text).helpGroup('Policy:');
  command
    .addOption(
      flag(
        '--max-tries <number>',
        'attempts in all, the first included, or "unlimited" (default: 10)',
      ).argParser(tries),
    )
    .addOption(
      flag(
        '--max-time <time>',
        'no attempt is planned to start later than this (default: unlimited)',
      ).argParser(timeLimit),
    );
  addWaitFlags(command);
}

/** The policy that a command line asks for. A command line that cannot be meant ends the command. */
export function chosenPolicy(command: Command): ChosenPolicy {
  const given: { maxTries?: number; maxTime?: Ms } = command.opts();
  const wait = chosenWait(command) ?? { type: 'expo', factor: 100, maxValue: 10_000 };
  const jitter = chosenJitter(command);
  return {
    policy: {
      wait: waitOf(wait),
      jitter: jitterOf(jitter),
      maxTries: given.maxTries ?? 10,
      maxTime: given.maxTime ?? Infinity,
    },
    words: { wait: settingsText(wait), jitter: settingsText(jitter ?? defaultJitter(wait)) },
  };
}
