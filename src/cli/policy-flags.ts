/**
 * Which policy a command works under: the flags that `waits` and `exec` share.
 *
 * What is not said is as in `withRetry`. The flags of waits and jitters have a file of their own.
 */
import { type Command, Option } from 'commander';
import { type Jitter, type Ms, type WaitMaker, expo, readable } from '../core.js';
import { timeLimit, tries } from './flag-values.js';
import { addWaitFlags, chosenJitter, chosenWait } from './wait-flags.js';

/** A policy: options of `withRetry`. */
export interface Policy {
  readonly wait: WaitMaker;
  /** `undefined` for the default: full jitter, except for waits that are random already. */
  readonly jitter: Jitter | null | undefined;
  /** Attempts in all; `Infinity` for no limit. */
  readonly maxTries: number;
  /** From the start of the first attempt; `Infinity` for no limit. */
  readonly maxTime: Ms;
}

/** A policy, and each part of it that is a function as people read it. */
export interface ChosenPolicy {
  readonly policy: Policy;
  readonly words: PolicyWords;
}

export interface PolicyWords {
  readonly wait: string;
  readonly jitter: string;
}

/** Adds the flags of a policy to a command. */
export function addPolicyFlags(command: Command): void {
  const flag = (flags: string, text: string): Option => new Option(flags, text).helpGroup('Policy:');
  command.addOption(
    flag(
      '--max-tries <number>',
      'attempts in all, the first included, or "infinite"; 10 unless said',
    ).argParser(tries),
  );
  command.addOption(
    flag(
      '--max-time <time>',
      'no attempt is planned to start later than this; no limit unless said',
    ).argParser(timeLimit),
  );
  addWaitFlags(command);
}

/** The policy that a command line asks for. A command line that cannot be meant ends the command. */
export function chosenPolicy(command: Command): ChosenPolicy {
  const given: { maxTries?: number; maxTime?: Ms } = command.opts();
  const wait = chosenWait(command) ?? {
    made: expo({ factor: 100, maxValue: '10s' }),
    text: 'expo (factor 100ms, maxValue 10s)',
  };
  const jitter = chosenJitter(command) ?? { made: undefined, text: wait.isRandom ? 'none' : 'full' };
  return {
    policy: {
      wait: wait.made,
      jitter: jitter.made,
      maxTries: given.maxTries ?? 10,
      maxTime: given.maxTime ?? Infinity,
    },
    words: { wait: wait.text, jitter: jitter.text },
  };
}

/** A policy in one line: `expo (factor 100ms), full jitter, 5 tries, 30.0s`. */
export function policyText({ words, policy: { maxTries, maxTime } }: ChosenPolicy): string {
  const limits = [
    maxTries === Infinity ? 'no limit of tries' : `${maxTries} ${maxTries === 1 ? 'try' : 'tries'}`,
    ...(maxTime === Infinity ? [] : [`at most ${readable(maxTime)}`]),
  ];
  return [words.wait, words.jitter === 'none' ? 'no jitter' : `${words.jitter} jitter`, ...limits].join(', ');
}
