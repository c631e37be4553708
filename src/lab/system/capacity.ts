/**
 * What a service can do: so many requests at once, each for so long, and a queue of those that wait.
 *
 * The work is a wait, as that of a service that asks its database is. Like many a service it does not look whether
 * anybody still wants the answer: what has waited longer than its `patience` is worked on all the same and then answered
 * 504, and the work of a caller who has gone away is done, too. That is what makes retries dangerous: an attempt that
 * comes too late costs as much as one that comes in time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { BulkheadFullError, type Ms, bulkhead } from '../../core.js';

export interface CapacityOptions {
  /** Requests that are worked on at once. */
  readonly workers: number;
  /** How long one takes. */
  readonly serviceTime: Ms;
  /** How many may wait. */
  readonly queue: number;
  /** After which time an answer is of no use. */
  readonly patience: Ms;
}

/** How a request fared: in time, too late, or not taken at all. */
export type Served = 'inTime' | 'late' | 'full';

/** The workers of a service, and their queue. */
export class Capacity {
  readonly options: CapacityOptions;
  /** By how much work takes longer than it should: 1 where all is well. */
  slowness = 1;
  readonly #workers;
  #waiting = 0;

  constructor(options: CapacityOptions) {
    this.options = options;
    this.#workers = bulkhead({ limit: options.workers, queue: options.queue, maxWait: '1m', mode: 'async' });
  }

  /** Requests that are waiting or being worked on. */
  get backlog(): number {
    return this.#waiting;
  }

  /** Does the work of one request. */
  async serve(): Promise<Served> {
    const { serviceTime, patience } = this.options;
    const arrivedAt = performance.now();
    this.#waiting += 1;
    try {
      const waited = await this.#workers.run(async () => {
        const wait = performance.now() - arrivedAt;
        await sleep(serviceTime * this.slowness);
        return wait;
      });
      return waited > patience ? 'late' : 'inTime';
    } catch (error) {
      if (error instanceof BulkheadFullError) return 'full';
      throw error;
    } finally {
      this.#waiting -= 1;
    }
  }
}
