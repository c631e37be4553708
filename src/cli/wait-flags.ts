/**
 * Which waits and which jitter the flags of a command ask for.
 *
 * A generator is named by `--wait`, a jitter by `--jitter`, and each has flags of its own. A flag that the chosen one
 * would not read is refused: the policy would not be the one that was meant.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { JitterSettings, WaitSettings } from '../config/index.js';
import { number, time, timeLimit, times } from './flag-values.js';

/** The flags of each generator or jitter: how each is read, and what it is called in the settings where that differs. */
type Kinds = Readonly<Record<string, Readonly<Record<string, (text: string) => unknown>>>>;

const WAITS: Kinds = {
  expo: { factor: time, base: number, maxValue: timeLimit },
  fibo: { initial: time, maxValue: timeLimit },
  constant: { interval: times },
  linear: { initial: time, step: time, maxValue: timeLimit },
  decay: { initial: time, decayFactor: number, minValue: time },
  random: { min: time, max: time, distribution: String },
  decorrelated: { base: time, maxValue: timeLimit },
};

/** The waits of a command that nobody describes: those of `withRetry`. Whoever names `expo` starts from them too. */
export const usualWait = { type: 'expo', factor: 100, maxValue: 10_000 } as const;

const JITTERS: Kinds = {
  full: {},
  equal: {},
  none: {},
  proportional: { jitterRatio: number },
  random: { jitterMax: time },
};

/** Adds the flags of waits and jitters to a command. */
export function addWaitFlags(command: Command): void {
  const flag = (flags: string, text: string): Option => new Option(flags, text).helpGroup('Waits:');
  const all = [
    flag('--wait <generator>', 'how the waits grow (default: expo)').choices(Object.keys(WAITS)),
    flag('--factor <time>', 'expo: the first wait (default: 100ms)'),
    flag(
      '--base <number|time>',
      'expo: what each wait is multiplied by (default: 2); decorrelated: the shortest wait (default: 100ms)',
    ),
    flag('--initial <time>', 'fibo, linear, decay: the first wait (default: 1s)'),
    flag('--step <time>', 'linear: how much longer each wait is (default: 1s)'),
    flag('--interval <time,...>', 'constant: the wait, or each wait once (default: 1s)'),
    flag('--decay-factor <number>', 'decay: how fast the waits shrink (default: 1)'),
    flag('--min <time>', 'random: the shortest wait (default: 0ms)'),
    flag('--max <time>', 'random: the longest wait (default: 1s)'),
    flag('--distribution <name>', 'random: how the waits lie between them (default: normal)').choices([
      'normal',
      'uniform',
    ]),
    flag(
      '--max-value <time>',
      'no wait is longer, or "unlimited" (default: expo, decorrelated: 10s; fibo, linear: unlimited)',
    ),
    flag('--min-value <time>', 'decay: no wait is shorter (default: 0ms)'),
    flag('--jitter <name>', 'how the waits are spread (default: full; none for random waits)').choices(
      Object.keys(JITTERS),
    ),
    flag('--jitter-ratio <number>', 'proportional: how far, as a share of the wait (default: 0.2)'),
    flag('--jitter-max <time>', 'random: how much is added at most (default: 1s)'),
  ];
  for (const one of all) command.addOption(one);
}

/**
 * The waits that a command line asks for.
 *
 * @returns `undefined` where it names none.
 */
export function chosenWait(command: Command): WaitSettings | undefined {
  const { name, settings } = chosen(command, 'wait', WAITS);
  if (name === undefined) return undefined;
  return { ...(name === usualWait.type ? usualWait : { type: name }), ...settings } as WaitSettings;
}

/** The jitter that a command line asks for; `undefined` where it names none. */
export function chosenJitter(command: Command): JitterSettings | undefined {
  const { name, settings } = chosen(command, 'jitter', JITTERS);
  switch (name) {
    case 'proportional':
      return { type: name, ratio: settings['jitterRatio'] as number | undefined };
    case 'random':
      return { type: name, max: settings['jitterMax'] as number | undefined };
    default:
      return name as 'full' | 'equal' | 'none' | undefined;
  }
}

function chosen(
  command: Command,
  by: string,
  kinds: Kinds,
): { readonly name: string | undefined; readonly settings: Readonly<Record<string, unknown>> } {
  const given: Record<string, string | undefined> = command.opts();
  const name = given[by];
  const readers = kinds[name ?? ''] ?? {};
  for (const flag of new Set(Object.values(kinds).flatMap(Object.keys))) {
    if (given[flag] !== undefined && readers[flag] === undefined) refuse(command, { by, name, flag, kinds });
  }
  const settings: Record<string, unknown> = {};
  for (const [flag, reader] of Object.entries(readers)) {
    const text = given[flag];
    if (text !== undefined) settings[flag] = read(command, { flag, reader, text });
  }
  return { name, settings };
}

/** Says to whom a flag belongs, in place of the generator or jitter that would not read it. */
function refuse(
  command: Command,
  { by, name, flag, kinds }: { by: string; name: string | undefined; flag: string; kinds: Kinds },
): never {
  const owners = Object.keys(kinds).filter((one) => kinds[one]?.[flag] !== undefined);
  const instead = name === undefined ? `, and there is no --${by}` : `, not to --${by} ${name}`;
  command.error(
    `error: ${optionFor(command, flag).long} belongs to --${by} ${owners.join(' or ')}${instead}.`,
  );
}

function read(
  command: Command,
  { flag, reader, text }: { flag: string; reader: (text: string) => unknown; text: string },
): unknown {
  try {
    return reader(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    // As commander words it for the flags that it reads itself.
    const { flags } = optionFor(command, flag);
    return command.error(`error: option '${flags}' argument '${text}' is invalid. ${error.message}`);
  }
}

function optionFor(command: Command, flag: string): Option {
  return command.options.find((option) => option.attributeName() === flag) as Option;
}
