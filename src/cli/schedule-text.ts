/**
 * How a schedule is told to people: a table of the tries, a chart of the waits, and what it comes to.
 */
import { readable } from '../core.js';
import type { Policy } from './policy.js';
import { timeText } from './policy-text.js';
import type { Schedule, ScheduleOptions, ScheduledTry } from './schedule.js';
import { barChart, table } from './table.js';
import type { Terminal } from './terminal.js';

/** Tells a schedule; the text ends with a line end. */
export function scheduleText(
  terminal: Terminal,
  policy: Policy,
  options: ScheduleOptions,
  schedule: Schedule,
): string {
  const { tries } = schedule;
  const made = tries.filter(({ clients }) => clients > 0);
  const bars = made
    .slice(1)
    .map((one) => ({ label: `${one.try}`, value: one.bound, text: readable(one.bound) }));
  const drawn = bars.some(({ value }) => value > 0)
    ? `The longest wait before each try\n\n${barChart(terminal, bars)}\n`
    : '';
  return `${triesTable(terminal, tries, options)}\n${drawn}${sentences(policy, options, schedule).join('\n')}\n`;
}

function triesTable(
  terminal: Terminal,
  tries: readonly ScheduledTry[],
  { clients }: ScheduleOptions,
): string {
  const allMake = tries.every((one) => one.clients === clients);
  const titles = ['try', 'wait up to', 'min', 'median', 'p95', 'max', 'starts at', 'latest'];
  const rows = tries.map((one) => {
    const { wait, startsAt } = one;
    const waited = [one.bound, wait.min, wait.median, wait.p95, wait.max];
    const times = [...(one.try === 1 ? [] : waited), startsAt.median, startsAt.max].map(readable);
    const cells = one.clients === 0 ? [readable(one.bound), ...Array<string>(6).fill('-')] : times;
    const padded = one.try === 1 ? [...Array<string>(5).fill('-'), ...cells] : cells;
    return [`${one.try}`, ...padded, ...(allMake ? [] : [`${one.clients}`])];
  });
  return table(
    terminal,
    [...titles, ...(allMake ? [] : ['clients'])].map((title) => ({ title })),
    rows,
  );
}

function sentences(policy: Policy, { clients, attempt }: ScheduleOptions, schedule: Schedule): string[] {
  const { total, longest, ends, tries } = schedule;
  const last = tries.length;
  const many = (count: number | undefined, rest: string): string[] =>
    count === undefined
      ? []
      : [`${count === clients ? `All ${clients} clients` : `${count} of ${clients} clients`} ${rest}`];
  const never = tries.filter((one) => one.clients === 0).map((one) => one.try);
  const until = ends.tries === clients ? `The first ${last} tries take` : 'A client gives up after';
  const { mean, p95 } = total;
  return [
    `${until} ${readable(mean)} on average, ${readable(p95)} in 95 % of cases, ${readable(longest)} at most.`,
    ...(attempt === 0 ? ['The time of the attempts comes on top.'] : []),
    ...many(ends.maxTries, `give up after try ${last}: there are no more.`),
    ...many(ends.maxTime, `give up because ${timeText(policy.maxTime)} is over.`),
    ...many(ends.waits, `give up after try ${last}: the generator has no more waits.`),
    ...many(ends.tries, `would go on after try ${last}, where this table ends.`),
    ...(never.length === 0 ? [] : [`${range(never)} never made within ${timeText(policy.maxTime)}.`]),
  ];
}

function range(tries: readonly number[]): string {
  const [first, last] = [tries[0], tries.at(-1)];
  return first === last ? `Try ${first} is` : `Tries ${first} to ${last} are`;
}
