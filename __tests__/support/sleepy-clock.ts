/**
 * A virtual clock on a machine that falls asleep: every wait ends later than asked.
 */
import { VirtualClock } from '../../src/core.js';
import type { Ms, Sleeper } from '../../src/core.js';

export class SleepyClock extends VirtualClock {
  /** @param late  Milliseconds by which each wait overshoots. */
  constructor(readonly late: Ms) {
    super();
  }

  override schedule(sleeper: Sleeper, wait: Ms): void {
    const wake = (late: Ms): void => {
      sleeper.wake(late + this.late);
    };
    super.schedule({ place: -1, unref: sleeper.unref, wake }, wait + this.late);
  }

  override block(wait: Ms): void {
    super.block(wait + this.late);
  }
}
