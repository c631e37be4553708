/**
 * What the clients write down while they retry: a line for each backoff, and numbers by the name of the function.
 *
 * The handlers stand in for those that would feed your own log and your own metrics.
 */
import type { HandlerOptions, LimitOptions, Ms } from '../core.js';

/** What was counted for one function. */
export interface Numbers {
  attempts: number;
  /** Attempts but the first of each call. */
  retries: number;
  /** The waits before retries. */
  readonly waits: Ms[];
  successes: number;
  giveUps: number;
}

const byName = new Map<string, Numbers>();

/** The numbers of a function, all 0 for one that was never called. */
export function numbersOf(name: string): Numbers {
  const numbers = byName.get(name) ?? { attempts: 0, retries: 0, waits: [], successes: 0, giveUps: 0 };
  byName.set(name, numbers);
  return numbers;
}

/** The options of a retry that is watched. */
export const watched = {
  onAttempt({ name, tries }) {
    numbersOf(name).attempts += 1;
    if (tries > 1) numbersOf(name).retries += 1;
  },
  onBackoff({ name, wait }) {
    numbersOf(name).waits.push(wait);
  },
  onSuccess({ name }) {
    numbersOf(name).successes += 1;
  },
  onGiveup({ name }) {
    numbersOf(name).giveUps += 1;
  },
  log(_level, text, details) {
    console.log(details.ok ? `  ${text}` : `  ${text}${causeOf(details.error)}`);
  },
} satisfies HandlerOptions & LimitOptions;

/** Why `fetch failed`, which it keeps to itself: ` ECONNREFUSED`. Nothing for other errors. */
export function causeOf(error: unknown): string {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === undefined ? '' : ` ${code}`;
}
