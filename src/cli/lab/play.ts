/**
 * Plays the outage lab, shows how it goes, and tells and draws what came of it.
 *
 * A signal that asks us to end ends every process of the lab, and then this one, as if nobody had listened.
 */
import { writeFileSync } from 'node:fs';
import { printable } from '../../core.js';
import {
  type LabRecord,
  type ScenarioId,
  allBounds,
  columns,
  controls,
  openLab,
  scenarios,
} from '../../lab/index.js';
import { onInterrupt } from '../interrupts.js';
import type { Terminal } from '../terminal.js';
import { failuresText, findingsText, verdictText } from './outcome.js';
import { LiveProgress } from './progress.js';
import { foundText } from './report-file.js';

export interface PlayOptions {
  /** Which scenarios; none stands for all. */
  readonly only: readonly ScenarioId[];
  readonly isShort: boolean;
  readonly seed: number;
  /** The file that the report is written to. */
  readonly report: string;
  /** Whether the answer is the record itself. */
  readonly isJson: boolean;
}

/**
 * Plays the lab. When the promise settles, none of its processes is left.
 *
 * @returns The exit code: 0 when every claim holds.
 */
export async function play(terminal: Terminal, options: PlayOptions): Promise<number> {
  const { only, isShort, seed, report, isJson } = options;
  const { lab, tooLate, reportHtml } = await openLab();
  const { signal, forget } = interruption();
  const progress = new LiveProgress(terminal, { scenarios, protections: [...columns, ...controls] });
  let record: LabRecord;
  try {
    const played = await lab({ only, isShort, seed, signal, progress });
    record = { ...played, command: commandOf(options) };
  } catch (error) {
    progress.stop();
    if (!signal.aborted) return failed(terminal, error);
    forget();
    terminal.err('Interrupted: nothing is left running, and no report was written.\n');
    process.kill(process.pid, signal.reason as NodeJS.Signals);
    return 1;
  }
  // What took two minutes is told first: the report may fail to be written.
  if (isJson) terminal.out(`${JSON.stringify(record, undefined, 2)}\n`);
  else terminal.out(`\n${findingsText(terminal, record)}`);
  terminal.err(failuresText(record, tooLate));
  if (!isJson) terminal.out(verdictText(record));
  try {
    writeFileSync(report, reportHtml(record));
  } catch (error) {
    return failed(terminal, new Error(`${report} could not be written: ${(error as Error).message}`));
  } finally {
    forget();
  }
  if (!isJson) terminal.out(foundText(report));
  return allBounds(record).every(({ ok }) => ok) ? 0 : 1;
}

/**
 * A signal that aborts when somebody asks us to end, with the name of what they have sent.
 * `forget` ends the listening.
 */
function interruption(): { readonly signal: AbortSignal; readonly forget: () => void } {
  const over = new AbortController();
  const forget = onInterrupt(
    (name) => {
      over.abort(name);
    },
    () => undefined, // they are being killed already
  );
  return { signal: over.signal, forget };
}

function failed(terminal: Terminal, error: unknown): number {
  const text = error instanceof Error ? error.message : String(error);
  terminal.err(`${terminal.errColours.red('error:')} ${printable(text)}\n`);
  return 1;
}

/** The command that makes the same record again, as far as a machine can. */
function commandOf({ only, isShort, seed }: PlayOptions): string {
  const flags = [...(isShort ? ['--short'] : []), `--seed ${seed}`];
  return ['stampede lab', ...only, ...flags].join(' ');
}
