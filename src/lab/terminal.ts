/**
 * What is seen of the lab while it runs, and the table at its end.
 *
 * On a terminal each running run has one line that is drawn again every second; in a pipe a run gets a line when it
 * starts and one when it has ended, so that a log stays short.
 */
import Table from 'cli-table3';
import colours from 'picocolors';
import type { Colors } from 'picocolors/types.js';
import type { BoundRecord, Described, RunProgress, ScenarioId } from './record.js';

/** The part of `process.stdout` that is used. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** Which run: a scenario under a protection. */
export type RunName = Pick<RunProgress, 'scenario' | 'protection'>;

const bars = '▁▂▃▄▅▆▇█';

/**
 * Shares as a line of bars; a second without pages is a space.
 *
 *     sparkline([1, 0.5, 0, null])   // '█▅▁ '
 *
 * @param shares  From 0 to 1.
 */
export function sparkline(shares: readonly (number | null)[]): string {
  // A full bar is all, an empty one is nothing: what is between is shown as neither.
  const bar = (share: number): string =>
    bars.at(share >= 1 ? -1 : share <= 0 ? 0 : 1 + Math.floor(share * 6)) ?? '';
  return shares.map((share) => (share === null ? ' ' : bar(share))).join('');
}

/** Colours on a terminal that can; never under a `NO_COLOR` that is not empty. */
export function coloursOf({ isTTY }: Output, { NO_COLOR, FORCE_COLOR, TERM }: Environment): Colors {
  const isForced = Boolean(FORCE_COLOR) && FORCE_COLOR !== '0' && FORCE_COLOR !== 'false';
  return colours.createColors(!NO_COLOR && (isForced || (isTTY === true && TERM !== 'dumb')));
}

/** The lines of the runs that are under way. */
export class LiveProgress {
  readonly #output: Output;
  readonly #colours: Colors;
  readonly #isLive: boolean;
  readonly #titleOf: (run: RunName) => string;
  readonly #running = new Map<string, RunState>();
  #drawn = 0;

  /**
   * @param output  `process.stdout`.
   * @param env     `process.env`.
   * @param names   What runs are called.
   */
  constructor(
    output: Output,
    env: Environment,
    names: {
      readonly scenarios: readonly Described<ScenarioId>[];
      readonly protections: readonly Described<string>[];
    },
  ) {
    this.#output = output;
    this.#colours = coloursOf(output, env);
    this.#isLive = output.isTTY === true && env['TERM'] !== 'dumb';
    const titleIn = (all: readonly Described<string>[], id: string): string =>
      all.find((one) => one.id === id)?.title ?? id;
    this.#titleOf = ({ scenario, protection }) =>
      `(${scenario}) ${titleIn(names.scenarios, scenario)} · ${titleIn(names.protections, protection)}`;
  }

  /** A run begins. */
  started(run: RunName): void {
    this.#running.set(keyOf(run), { title: this.#titleOf(run), shares: [], second: 0, seconds: 0 });
    if (this.#isLive) this.#redraw();
    else this.#output.write(`${this.#titleOf(run)}: started\n`);
  }

  /** A second of a run is over. */
  told({ second, seconds, availability, ...run }: RunProgress): void {
    const state = this.#running.get(keyOf(run));
    if (state === undefined) return;
    state.shares.push(availability);
    Object.assign(state, { second, seconds });
    if (this.#isLive) this.#redraw();
  }

  /** A run has ended: its line stays as it was. */
  ended(run: RunName): void {
    const state = this.#running.get(keyOf(run));
    if (state === undefined) return;
    this.#running.delete(keyOf(run));
    const line = `${this.#lineOf({ ...state, second: state.seconds })}\n`;
    if (this.#isLive) this.#redraw(line);
    else this.#output.write(line);
  }

  /** Nothing more comes: takes away the lines of runs that have not ended. */
  stop(): void {
    this.#running.clear();
    if (this.#isLive) this.#redraw();
  }

  /** @param above  What stays, above the lines that change. */
  #redraw(above = ''): void {
    const back = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    const lines = [...this.#running.values()].map((state) => `${this.#lineOf(state)}\n`);
    this.#drawn = lines.length;
    // In one write, so that nobody sees half of it.
    this.#output.write(`${back}\r\u001b[J${above}${lines.join('')}`);
  }

  #lineOf({ title, shares, second, seconds }: RunState): string {
    const { dim, green, yellow, red } = this.#colours;
    const last = shares.findLast((share) => share !== null) ?? null;
    const paint = last === null ? dim : last >= 0.99 ? green : last >= 0.5 ? yellow : red;
    const clock = `${second}/${seconds || '?'} s`.padStart(7);
    const figure = (last === null ? '–' : `${Math.floor(last * 100)} %`).padStart(5);
    // A line that wraps would not be where the next drawing looks for it.
    const room = (this.#isLive ? (this.#output.columns ?? 80) : Infinity) - clock.length - figure.length - 7;
    const bar = sparkline(room === Infinity ? shares : shares.slice(-Math.max(4, Math.floor(room / 3))));
    const name = cut(title, Math.max(4, Math.min(64, room - bar.length)));
    return `${name} ${dim(clock)} ${paint(bar)} ${figure}`;
  }
}

interface RunState {
  readonly title: string;
  /** Availability, second by second. */
  readonly shares: (number | null)[];
  readonly second: number;
  readonly seconds: number;
}

/** The table of bounds: what was claimed, what was measured. Each line ends with a line end. */
export function boundsTable(bounds: readonly BoundRecord[], { bold, green, red, dim }: Colors): string {
  const table = new Table({
    head: ['', 'scenario', 'protection', 'what is bounded', 'bound', 'measured'].map((text) => bold(text)),
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  for (const { ok, scenario, protection, name, bound, measured } of bounds) {
    const verdict = ok ? green('✓ pass') : red('✗ FAIL');
    table.push([verdict, scenario, protection, name, dim(bound), ok ? measured : red(measured)]);
  }
  return `${table.toString()}\n`;
}

function keyOf({ scenario, protection }: RunName): string {
  return `${scenario} ${protection}`;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
