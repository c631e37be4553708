/**
 * How often what has happened: the counts behind all metrics.
 *
 * Told of each event, it adds one somewhere. A bridge reads the counts when it is asked for them, so that what a call
 * pays does not depend on where the numbers go.
 */
import type {
  BackoffDetails,
  CircuitDetails,
  Details,
  EventType,
  GiveUpDetails,
  StampedeEvent,
} from '../core.js';
import { callName } from './call-name.js';
import { BoundedTexts, Counts, otherError } from './counts.js';
import { errorType } from './error-type.js';

/** What there are counts of. */
export type Counted =
  | 'calls'
  | 'attempts'
  | 'retries'
  | 'giveups'
  | 'transitions'
  | 'refusals'
  | 'timeouts'
  | 'hedges'
  | 'fallbacks'
  | 'handlerErrors';

/** How many kinds of errors are told apart. */
const mostErrors = 100;

/** The events that are counted. A success is not among them: that it was one, the end of its call says too. */
export const countedTypes: readonly EventType[] = [
  'retry:attempt',
  'retry:backoff',
  'retry:giveup',
  'retry:end',
  'circuit:open',
  'circuit:half-open',
  'circuit:ramp',
  'circuit:close',
  'circuit:refuse',
  'throttle:refuse',
  'rate-limit:refuse',
  'bulkhead:full',
  'timeout',
  'hedge',
  'fallback',
  'handler:error',
];

export interface TallyOptions {
  /** How many names are told apart. */
  readonly maxNames: number;
  /** Whether retries and give-ups are told apart by the kind of error. */
  readonly byError: boolean;
  /** Told of each wait: whose it is, and how long it takes, in seconds. */
  readonly onWait: (name: string, seconds: number) => void;
}

export class Tally implements Readonly<Record<Counted, Counts>> {
  readonly calls = new Counts();
  readonly attempts = new Counts();
  readonly retries = new Counts();
  readonly giveups = new Counts();
  readonly transitions = new Counts();
  readonly refusals = new Counts();
  readonly timeouts = new Counts();
  readonly hedges = new Counts();
  readonly fallbacks = new Counts();
  readonly handlerErrors = new Counts();
  /** The names that are told apart, which those of circuits and budgets are among. */
  readonly names: BoundedTexts;
  readonly #errors = new BoundedTexts(mostErrors, otherError);
  readonly #options: TallyOptions;

  constructor(options: TallyOptions) {
    this.#options = options;
    this.names = new BoundedTexts(options.maxNames);
  }

  hear(event: StampedeEvent): void {
    const name = this.names.of(callName(event));
    switch (event.type) {
      case 'timeout':
        this.timeouts.add(name);
        break;
      case 'hedge':
        this.hedges.add(name);
        break;
      case 'fallback':
        this.fallbacks.add(name);
        break;
      case 'handler:error':
        this.handlerErrors.add(name);
        break;
      case 'bulkhead:full':
        this.refusals.add(name, 'bulkhead');
        break;
      case 'circuit:refuse':
      case 'throttle:refuse':
      case 'rate-limit:refuse':
        this.refusals.add(name, event.type.slice(0, -':refuse'.length));
        break;
      case 'circuit:open':
      case 'circuit:half-open':
      case 'circuit:ramp':
      case 'circuit:close':
        this.transitions.add(name, (event.details as CircuitDetails).to);
        break;
      default:
        this.#hearRetry(name, event.details as Details);
    }
  }

  #hearRetry(name: string, details: Details): void {
    switch (details.event) {
      case 'attempt':
        this.attempts.add(name);
        if (details.tries > 1) this.retries.add(name, '', this.#errorOf(details.history.attempts.at(-1)));
        break;
      case 'backoff':
        this.#options.onWait(name, details.wait / 1000);
        break;
      case 'giveup':
        this.giveups.add(name, details.reason, this.#errorOf(details));
        break;
      case 'end':
        this.calls.add(name, details.ended);
        break;
      default:
    }
  }

  #errorOf(outcome: BackoffDetails | GiveUpDetails | Parameters<typeof errorType>[0] | undefined): string {
    return outcome === undefined || !this.#options.byError ? '' : this.#errors.of(errorType(outcome));
  }
}
