/**
 * What is told of a run while it lasts: for each second that is over, how many of its pages were good.
 */
import type { Ms } from '../core.js';
import type { PageRecord, RunProgress } from './record.js';

/** Collects the pages of a run, and tells of every second that is over. */
export class SecondsTold {
  readonly pages: PageRecord[] = [];
  readonly #run: Pick<RunProgress, 'scenario' | 'protection' | 'seconds'>;
  readonly #tell: ((progress: RunProgress) => void) | undefined;
  #over = 0;

  /** @param tell  Is called once for each second. */
  constructor(
    run: Pick<RunProgress, 'scenario' | 'protection' | 'seconds'>,
    tell: ((progress: RunProgress) => void) | undefined,
  ) {
    this.#run = run;
    this.#tell = tell;
  }

  /** Pages that have ended. */
  see(pages: readonly PageRecord[]): void {
    this.pages.push(...pages);
    this.#tellUpTo(Math.max(...pages.map(endOf)));
  }

  /** No page comes any more: tells of the seconds that are left. */
  end(): void {
    this.#tellUpTo(Infinity);
  }

  #tellUpTo(newest: Ms): void {
    while (this.#over < this.#run.seconds && newest >= (this.#over + 1) * 1000) {
      const [from, to] = [this.#over * 1000, (this.#over + 1) * 1000];
      const ended = this.pages.filter((page) => endOf(page) >= from && endOf(page) < to);
      const good = ended.filter(({ status }) => status === 200 || status === 401).length;
      this.#over += 1;
      this.#tell?.({
        ...this.#run,
        second: this.#over,
        availability: ended.length === 0 ? null : good / ended.length,
      });
    }
  }
}

function endOf({ at, latency }: PageRecord): Ms {
  return at + latency;
}
