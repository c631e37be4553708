/**
 * The main job: real services, real outages, and whether protection does what is claimed of it.
 *
 *     npm start                                   all four scenarios, in less than two minutes
 *     npm start -- --only i,iv                    some of them
 *     npm start -- --short --only i               a shorter version
 *     npm start -- --report outage.html           where the report is written; `--json` writes all that was measured
 *
 * Exit code 0: every claim holds. 1: one does not, or a run could not be made. 2: an option that cannot be meant.
 * Read on in `system/homepage.ts`, which is what you would write yourself, and in `bounds.ts`, which says what is claimed.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { lab, tooLate } from './lab.js';
import { columns, controls, scenarios } from './plan.js';
import type { LabRecord, ScenarioId } from './record.js';
import { reportHtml } from './report/html.js';
import { LiveProgress, boundsTable, coloursOf } from './terminal.js';

interface Flags {
  readonly only: readonly ScenarioId[];
  readonly isShort: boolean;
  readonly isJson: boolean;
  readonly seed: number;
  readonly report: string;
}

const flags = flagsOf(process.argv.slice(2));
const over = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => {
    over.abort(signal);
  });
}
process.exitCode = await main(flags).catch((error: unknown) => {
  if (over.signal.aborted) {
    process.kill(process.pid, over.signal.reason as NodeJS.Signals); // as whoever did not listen would have ended
    return 1;
  }
  console.error(error instanceof Error ? error.message : error);
  return 1;
});

async function main({ only, isShort, isJson, seed, report }: Flags): Promise<number> {
  // What is asked for as JSON is all that goes to the standard output.
  const output = isJson ? process.stderr : process.stdout;
  const progress = new LiveProgress(output, process.env, {
    scenarios,
    protections: [...columns, ...controls],
  });
  let record: LabRecord;
  try {
    const played = await lab({ only, isShort, seed, signal: over.signal, progress });
    record = { ...played, command: ['npm start --', ...process.argv.slice(2)].join(' ') };
  } finally {
    progress.stop();
  }
  mkdirSync(path.dirname(path.resolve(report)), { recursive: true });
  writeFileSync(report, reportHtml(record));
  if (isJson) process.stdout.write(`${JSON.stringify(record, undefined, 2)}\n`);
  else tell(record, report);
  return record.bounds.every(({ ok }) => ok) ? 0 : 1;
}

function tell({ bounds, answers, took, runs }: LabRecord, report: string): void {
  const colours = coloursOf(process.stdout, process.env);
  console.log(`\n${boundsTable(bounds, colours)}`);
  for (const { question, answer, numbers } of answers) {
    console.log(`${colours.bold(question)}\n${answer}`);
    for (const { name, measured, without } of numbers) {
      const control = without === undefined ? '' : colours.dim(` (without the cause: ${without})`);
      console.log(`  ${name}: ${measured}${control}`);
    }
    console.log('');
  }
  const failed = bounds.filter(({ ok }) => !ok);
  for (const { scenario, protection, name, bound, measured, why } of failed)
    console.error(`(${scenario}, ${protection}) ${name} is ${measured}; it should be ${bound}. ${why}`);
  const lateBy = Math.max(...runs.map(({ marks }) => marks.machine.lateBy));
  if (failed.length > 0 && lateBy > tooLate) {
    const late = `timers were up to ${Math.round(lateBy)} ms late`;
    console.error(`This machine was busy with something else (${late}), which may be all that is wrong.`);
  }
  const verdict = `${bounds.length - failed.length} of ${bounds.length} claims hold`;
  console.log(`${verdict}, after ${Math.round(took / 1000)} s. The pictures are in ${report}.`);
}

function flagsOf(args: readonly string[]): Flags {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', default: '' },
        short: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
        seed: { type: 'string', default: '7' },
        report: { type: 'string', default: 'tmp/outage-lab.html' },
      },
    });
    const known = scenarios.map(({ id }) => id);
    const only = values.only.split(',').filter((id) => id !== '');
    for (const id of only) {
      if (!known.some((one) => one === id))
        throw new Error(`--only must be a list of ${known.join(', ')}; got "${id}".`);
    }
    const seed = Number(values.seed);
    if (!Number.isSafeInteger(seed) || seed < 0)
      throw new Error(`--seed must be a whole number of 0 or more; got "${values.seed}".`);
    const { short: isShort, json: isJson, report } = values;
    return { only: only as ScenarioId[], isShort, isJson, seed, report };
  } catch (error) {
    console.error((error as Error).message);
    process.exit(2);
  }
}
