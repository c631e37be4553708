/**
 * Who can end an exchange from outside: its signal, and the session that it was sent for.
 */
import { type Abortable, type Aborted, stopWatching, watchSignal } from '../../core.js';
import { ConnectionError } from '../http-errors.js';
import type { ExchangeOptions } from './exchange-options.js';
import { isGone } from './incoming-body.js';
import { Patience } from './patience.js';
import type { ReceivedBody } from './received-body.js';
import type { Linked } from './ring.js';
import type { Traffic, Traveller } from './traffic.js';

/** The half of an exchange that others end. */
export abstract class Owned extends Patience implements Traveller, Abortable {
  before: Linked<Traffic> | undefined;
  after: Linked<Traffic> | undefined;
  owner: Traffic | undefined;
  protected readonly options: ExchangeOptions;
  protected body: ReceivedBody | undefined;
  protected isPaused = false;
  protected isDraining = false;

  constructor(options: ExchangeOptions) {
    super(options);
    this.options = options;
  }

  protected abstract fail(error: unknown): void;

  /** From now on it can be ended. */
  protected enter(): void {
    const { signal, traffic } = this.options;
    if (signal !== undefined) watchSignal(signal, this);
    traffic?.add(this);
  }

  /** It has ended. */
  protected leave(): void {
    const { signal, traffic } = this.options;
    if (signal !== undefined) stopWatching(signal, this);
    traffic?.delete(this);
  }

  // ---- what the session wants (Traveller)

  get restsAt(): number | undefined {
    const isResting = this.isDraining || (this.isPaused && this.options.isStream === true);
    return isResting ? this.body?.received : undefined;
  }

  release(why: string): void {
    if (this.options.isStream === true) this.body?.release(why);
  }

  abandon(why: string): void {
    this.body?.explain(why);
    if (!this.isOver) this.fail(isGone(why));
  }

  cut(why: string): void {
    const { phase } = this;
    const { what } = this.options;
    if (!this.isOver) this.fail(new ConnectionError(what, why, { phase, isPermanent: true }));
  }

  // ---- what the signal tells (Abortable)

  abort({ reason }: Aborted): void {
    if (!this.isOver) this.fail(reason);
  }
}
