/**
 * The frame of a first attempt that has to be told apart from others of its plan: it is inside another call, or what
 * inner retries give up on counts for it alone.
 */
import { type Frame, FrameWithin } from '../call/context.js';
import { latestTurn } from '../call/nesting.js';
import type { Clock } from '../time/clock.js';
import type { Ms } from '../time/duration.js';
import type { Plan } from './plan.js';

export class FirstFrame extends FrameWithin implements Frame {
  readonly retries = true;
  readonly tries = 1;
  /** The turn when the attempt started, to know the retries inside of it. */
  readonly since = latestTurn();

  constructor(
    readonly plan: Plan,
    readonly outer: Frame | undefined,
    readonly startedAt: Ms | undefined,
  ) {
    super();
  }

  get within(): Frame | undefined {
    return this.outer;
  }

  remaining(_startedAt?: Ms, now?: Ms, clock?: Clock): Ms {
    const own = this.plan.remaining(this.startedAt);
    return this.outer === undefined ? own : Math.min(own, this.outer.remaining(undefined, now, clock));
  }
}
