/**
 * Which wait generator and which jitter the flags of a command ask for.
 *
 * A generator is named by `--wait`, a jitter by `--jitter`, and each has flags of its own. A flag that the chosen one
 * would not read is refused: the policy would not be the one that was meant.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import {
  type Jitter,
  type WaitMaker,
  constant,
  decay,
  decorrelated,
  equalJitter,
  expo,
  fibo,
  fullJitter,
  linear,
  proportionalJitter,
  random,
  randomJitter,
} from '../core.js';
import { number, time, times } from './flag-values.js';

/** A generator or a jitter: what makes it, and how each of its flags is read. */
interface Kind<T> {
  readonly make: (options: any) => T;
  readonly flags: Readonly<Record<string, (text: string) => unknown>>;
}

const WAITS: Readonly<Record<string, Kind<WaitMaker>>> = {
  expo: { make: expo, flags: { factor: time, base: number, maxValue: time } },
  fibo: { make: fibo, flags: { initial: time, maxValue: time } },
  constant: { make: ({ interval }) => constant(interval), flags: { interval: times } },
  linear: { make: linear, flags: { initial: time, step: time, maxValue: time } },
  decay: { make: decay, flags: { initial: time, decayFactor: number, minValue: time } },
  random: { make: random, flags: { min: time, max: time, distribution: String } },
  decorrelated: { make: decorrelated, flags: { base: time, maxValue: time } },
};

const JITTERS: Readonly<Record<string, Kind<Jitter | null>>> = {
  full: { make: () => fullJitter, flags: {} },
  equal: { make: () => equalJitter, flags: {} },
  none: { make: () => null, flags: {} },
  proportional: {
    make: ({ jitterRatio: ratio }) => proportionalJitter({ ratio }),
    flags: { jitterRatio: number },
  },
  random: { make: ({ jitterMax: max }) => randomJitter({ max }), flags: { jitterMax: time } },
};

/** A generator or a jitter that was asked for, and how to name it to people. */
export interface Chosen<T> {
  readonly made: T;
  readonly text: string;
  /** Whether it is random by itself, so that the default jitter leaves it alone. */
  readonly isRandom?: boolean;
}

/** Adds the flags of waits and jitters to a command. */
export function addWaitFlags(command: Command): void {
  const flag = (flags: string, text: string): Option => new Option(flags, text).helpGroup('Waits:');
  const all = [
    flag('--wait <generator>', 'how the waits grow').choices(Object.keys(WAITS)),
    flag('--factor <time>', 'expo: the first wait'),
    flag('--base <number|time>', 'expo: what each wait is multiplied by; decorrelated: the shortest wait'),
    flag('--initial <time>', 'fibo, linear, decay: the first wait'),
    flag('--step <time>', 'linear: how much longer each wait is'),
    flag('--interval <time,...>', 'constant: the wait, or each wait once'),
    flag('--decay-factor <number>', 'decay: how fast the waits shrink'),
    flag('--min <time>', 'random: the shortest wait'),
    flag('--max <time>', 'random: the longest wait'),
    flag('--distribution <name>', 'random: how the waits lie between them').choices(['normal', 'uniform']),
    flag('--max-value <time>', 'expo, fibo, linear, decorrelated: no wait is longer'),
    flag('--min-value <time>', 'decay: no wait is shorter'),
    flag('--jitter <name>', 'how the waits are spread').choices(Object.keys(JITTERS)),
    flag('--jitter-ratio <number>', 'proportional: how far, as a share of the wait'),
    flag('--jitter-max <time>', 'random: how much is added at most'),
  ];
  for (const one of all) command.addOption(one);
}

/**
 * The generator that a command line asks for.
 *
 * @returns `undefined` where it names none.
 */
export function chosenWait(command: Command): Chosen<WaitMaker> | undefined {
  const wait = chosen(command, 'wait', WAITS);
  return wait && { ...wait, isRandom: /^(random|decorrelated)\b/.test(wait.text) };
}

/** The jitter that a command line asks for; `undefined` where it names none. */
export function chosenJitter(command: Command): Chosen<Jitter | null> | undefined {
  return chosen(command, 'jitter', JITTERS);
}

function chosen<T>(
  command: Command,
  by: string,
  kinds: Readonly<Record<string, Kind<T>>>,
): Chosen<T> | undefined {
  const given: Record<string, string | undefined> = command.opts();
  const name = given[by];
  const kind = name === undefined ? undefined : kinds[name];
  for (const flag of flagsOf(kinds)) {
    if (given[flag] !== undefined && kind?.flags[flag] === undefined)
      refuse(command, { by, name, flag, kinds });
  }
  if (kind === undefined) return undefined;

  const asked = Object.keys(kind.flags).filter((flag) => given[flag] !== undefined);
  const options = asked.map((flag) => [
    flag,
    read(command, flag, kind.flags[flag] ?? String, given[flag] ?? ''),
  ]);
  const text = asked.map((flag) => `${flag} ${given[flag]}`).join(', ');
  return {
    made: kind.make(Object.fromEntries(options)),
    text: text === '' ? `${name}` : `${name} (${text})`,
  };
}

function flagsOf(kinds: Readonly<Record<string, Kind<unknown>>>): ReadonlySet<string> {
  return new Set(Object.values(kinds).flatMap(({ flags }) => Object.keys(flags)));
}

function optionFor(command: Command, flag: string): Option {
  return command.options.find((option) => option.attributeName() === flag) as Option;
}

/** Says to whom a flag belongs, in place of the generator or jitter that would not read it. */
function refuse(
  command: Command,
  {
    by,
    name,
    flag,
    kinds,
  }: { by: string; name: string | undefined; flag: string; kinds: Record<string, Kind<unknown>> },
): never {
  const owners = Object.keys(kinds).filter((one) => kinds[one]?.flags[flag] !== undefined);
  const long = optionFor(command, flag).long;
  const instead = name === undefined ? `, and there is no --${by}` : `, not to --${by} ${name}`;
  command.error(`error: ${long} belongs to --${by} ${owners.join(' or ')}${instead}.`);
}

function read(command: Command, flag: string, reader: (text: string) => unknown, text: string): unknown {
  try {
    return reader(text);
  } catch (error) {
    if (!(error instanceof InvalidArgumentError)) throw error;
    // As commander words it for the flags that it reads itself.
    const { flags } = optionFor(command, flag);
    return command.error(`error: option '${flags}' argument '${text}' is invalid. ${error.message}`);
  }
}
