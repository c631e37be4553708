/**
 * What is seen of the outage lab while it runs.
 *
 * On a terminal each running run has one line that is drawn again every second; in a pipe a run gets a line
 * when it starts and one when it has ended, so that a log stays short.
 */
import type { Described, LabProgress, RunName, RunProgress } from '../../lab/index.js';
import type { Terminal } from '../terminal.js';

/** What runs are called. */
export interface Names {
  readonly scenarios: readonly Described<string>[];
  readonly protections: readonly Described<string>[];
}

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

/** The lines of the runs that are under way, on stderr. */
export class LiveProgress implements LabProgress {
  readonly #terminal: Pick<Terminal, 'err' | 'errColours' | 'errWidth' | 'canRedraw'>;
  readonly #names: Names;
  readonly #running = new Map<string, RunState>();
  #drawn = 0;

  constructor(terminal: Pick<Terminal, 'err' | 'errColours' | 'errWidth' | 'canRedraw'>, names: Names) {
    this.#terminal = terminal;
    this.#names = names;
  }

  /** A run begins: for the first time, or again, since the machine disturbed it. */
  started(run: RunName, { isAgain }: { readonly isAgain: boolean } = { isAgain: false }): void {
    const title = this.#titleOf(run, isAgain);
    this.#running.set(keyOf(run), { title, shares: [], second: 0, seconds: 0 });
    if (this.#terminal.canRedraw) this.#redraw();
    else this.#terminal.err(`${title}: started\n`);
  }

  /** A second of a run is over. */
  second({ second, seconds, availability, ...run }: RunProgress): void {
    const state = this.#running.get(keyOf(run));
    if (state === undefined) return;
    state.shares.push(availability);
    Object.assign(state, { second, seconds });
    if (this.#terminal.canRedraw) this.#redraw();
  }

  /** A run has ended: its line stays as it was. */
  ended(run: RunName): void {
    const state = this.#running.get(keyOf(run));
    if (state === undefined) return;
    this.#running.delete(keyOf(run));
    const line = `${this.#lineOf({ ...state, second: state.seconds })}\n`;
    if (this.#terminal.canRedraw) this.#redraw(line);
    else this.#terminal.err(line);
  }

  /** Nothing more comes: takes away the lines of runs that have not ended. */
  stop(): void {
    this.#running.clear();
    if (this.#terminal.canRedraw) this.#redraw();
  }

  /** @param above  What stays, above the lines that change. */
  #redraw(above = ''): void {
    const back = this.#drawn === 0 ? '' : `\u001b[${this.#drawn}A`;
    const lines = [...this.#running.values()].map((state) => `${this.#lineOf(state)}\n`);
    this.#drawn = lines.length;
    // In one write, so that nobody sees half of it.
    this.#terminal.err(`${back}\r\u001b[J${above}${lines.join('')}`);
  }

  #lineOf({ title, shares, second, seconds }: RunState): string {
    const { errColours, errWidth, canRedraw } = this.#terminal;
    const { dim, green, yellow, red } = errColours;
    const last = shares.findLast((share) => share !== null) ?? null;
    const paint = last === null ? dim : last >= 0.99 ? green : last >= 0.5 ? yellow : red;
    const clock = `${second}/${seconds || '?'} s`.padStart(7);
    const figure = (last === null ? '–' : `${Math.floor(last * 100)} %`).padStart(5);
    // A line that wraps would not be where the next drawing looks for it.
    const room = (canRedraw ? errWidth : Infinity) - clock.length - figure.length - 7;
    const bar = sparkline(room === Infinity ? shares : shares.slice(-Math.max(4, Math.floor(room / 3))));
    const name = cut(title, Math.max(4, Math.min(72, room - bar.length)));
    return `${name} ${dim(clock)} ${paint(bar)} ${figure}`;
  }

  #titleOf({ scenario, protection }: RunName, isAgain: boolean): string {
    const { scenarios, protections } = this.#names;
    const titleIn = (all: readonly Described<string>[], id: string): string =>
      all.find((one) => one.id === id)?.title ?? id;
    // In front, where a narrow terminal does not cut it off.
    const number = `(${scenario}${isAgain ? ', again' : ''})`;
    return `${number} ${titleIn(scenarios, scenario)} · ${titleIn(protections, protection)}`;
  }
}

interface RunState {
  readonly title: string;
  /** Availability, second by second. */
  readonly shares: (number | null)[];
  readonly second: number;
  readonly seconds: number;
}

function keyOf({ scenario, protection }: RunName): string {
  return `${scenario} ${protection}`;
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text.padEnd(width);
}
