/**
 * How long an exchange is waited for: one timer bounds all its phases, exactly.
 *
 * The timer is not set anew for every byte that comes: when it rings, the moment of the last byte tells how long is left.
 * And it does not judge at once: after a thread was blocked, timers ring before the network is looked at, so what may
 * have arrived meanwhile is read first.
 */
import { setImmediate } from 'node:timers';
import type { Clock, Ms, Sleeper } from '../../core.js';
import type { Phase } from '../attempt-trail.js';
import {
  ConnectTimeoutError,
  type ConnectionError,
  ReadTimeoutError,
  type RequestName,
  TotalTimeoutError,
} from '../http-errors.js';

/** How long is waited. */
export interface Limits {
  /** The moment on `clock` from which on it is waited. @default now */
  readonly sentAt?: Ms | undefined;
  /** Milliseconds until the request starts, queues, proxies and TLS included. `Infinity`: no limit. */
  readonly connectTimeout: Ms;
  /** Milliseconds without a byte, before the headers and within the body. `Infinity`: no limit. */
  readonly readTimeout: Ms;
  /** The moment on `clock` by which all must be over. `Infinity`: never. */
  readonly deadline: Ms;
  /** The same from the headers on, while the body is read. @default `deadline` */
  readonly bodyDeadline?: Ms | undefined;
  /** The time that led to `deadline`, for the error. */
  readonly timeoutOfDeadline: Ms;
  readonly clock: Clock;
  /** What errors call the request. */
  readonly what: RequestName;
}

/** A timer that rings so late tells of a thread that was blocked, not of a server that is slow. */
const blocked: Ms = 10;

/** The half of an exchange that waits. */
export abstract class Patience implements Sleeper {
  place = -1;
  unref = false;
  protected phase: Phase = 'queued';
  /** When the last sign of life came. */
  protected heardAt: Ms;
  readonly #limits: Limits;
  #wakesAt: Ms = Infinity;
  #excused: Ms = 0;
  #late: Ms = 0;
  #drainsUntil: Ms = Infinity;
  #isResting = false;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.heardAt = limits.sentAt ?? limits.clock.now();
  }

  /** Nothing more is waited for. */
  abstract readonly isOver: boolean;

  /** Whether our own source is slow, and not the server. */
  protected abstract readonly awaitsUpload: boolean;

  /** The time is over. */
  protected abstract tooLate(error: ConnectionError): void;

  /** Something has come, or the next phase has begun: the limit counts from now on. */
  protected hear(): void {
    this.heardAt = this.#limits.clock.now();
    this.#excused = 0;
  }

  /**
   * Sees to it that the timer rings in time for the present phase.
   *
   * @param now  The present moment, where the clock has just been asked.
   */
  protected arm(now = this.#limits.clock.now()): void {
    const due = this.#due();
    if (due >= this.#wakesAt) return; // it rings sooner, and then looks again
    const { clock } = this.#limits;
    if (this.place >= 0) clock.cancel(this);
    this.#wakesAt = due;
    clock.schedule(this, Math.max(0, due - now), now);
  }

  protected disarm(): void {
    if (this.place >= 0) this.#limits.clock.cancel(this);
    this.#wakesAt = Infinity;
  }

  /** While our own reader takes its time, only the deadline counts, and it does not keep the process alive. */
  protected rest(isResting: boolean): void {
    this.disarm();
    this.hear();
    this.#isResting = isResting;
    this.unref = isResting;
    this.arm();
  }

  /** Not longer than this from now on, whatever comes. */
  protected hurry(most: Ms): void {
    this.#drainsUntil = this.#limits.clock.now() + most;
    this.arm();
  }

  wake(late: Ms): void {
    this.#wakesAt = Infinity;
    if (this.isOver) return;
    if (this.#limits.clock.now() >= this.#due()) {
      this.#late = late;
      setImmediate(judge, this);
    } else this.arm();
  }

  /** Whether the time is really over, now that everything has been read that had come. */
  judge(): void {
    if (this.isOver) return;
    const now = this.#limits.clock.now();
    if (now < this.#due()) this.arm();
    else if (this.awaitsUpload && now < Math.min(this.#deadline(), this.#drainsUntil)) {
      this.hear();
      this.arm();
    } else if (this.#isExcused(now)) {
      this.#excused = this.#late;
      this.arm();
    } else this.tooLate(this.#verdict(now));
  }

  // What takes several turns of the event loop (a name, a handshake) gets the time back in which there were none.
  #isExcused(now: Ms): boolean {
    return this.#late >= blocked && this.#excused === 0 && now < this.#deadline();
  }

  #due(): Ms {
    const { connectTimeout, readTimeout } = this.#limits;
    const limit = this.phase === 'queued' ? connectTimeout : readTimeout;
    const patience = this.#isResting ? Infinity : this.heardAt + limit + this.#excused;
    return Math.min(patience, this.#deadline(), this.#drainsUntil);
  }

  #deadline(): Ms {
    const { deadline, bodyDeadline = deadline } = this.#limits;
    return this.phase === 'headers' || this.phase === 'body' ? bodyDeadline : deadline;
  }

  #verdict(now: Ms): ConnectionError {
    const { phase } = this;
    const { what, connectTimeout, readTimeout, timeoutOfDeadline } = this.#limits;
    if (now >= this.#deadline()) return new TotalTimeoutError(what, timeoutOfDeadline, { phase });
    if (phase === 'queued') return new ConnectTimeoutError(what, connectTimeout);
    return new ReadTimeoutError(what, readTimeout, { phase });
  }
}

function judge(patience: Patience): void {
  patience.judge();
}
