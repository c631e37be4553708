/**
 * How often what has happened: the counts behind all metrics.
 *
 * Told of each event, it adds one somewhere. A bridge reads the counts when it is asked for them, so that what a call
 * pays does not depend on where the numbers go.
 */
import type {
  AttemptDetails,
  BackoffDetails,
  CircuitDetails,
  Details,
  EndDetails,
  EventType,
  GiveUpDetails,
  StampedeEvent,
} from '../core.js';
import { madeBy, outcomeOf } from './attempts.js';
import { callName } from './call-name.js';
import { BoundedTexts, type Counted, Counts, otherError } from './counts.js';
import { errorType } from './error-type.js';
import { type Levels, levelsBy } from './levels.js';
import { type Zeros, zerosOfCalls, zerosOfCircuits } from './zeros.js';

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
        if (!this.transitions.has(name)) this.#show(name, zerosOfCircuits);
        this.transitions.add(name, (event.details as CircuitDetails).to);
        break;
      default:
        this.#hearRetry(name, event.details as Details);
    }
  }

  /** How circuits and budgets stand now. Ask before the counts are read: those of a new circuit are shown from now on. */
  levels(): Levels {
    const levels = levelsBy(this.names);
    for (const name of levels.circuits.keys()) {
      if (!this.transitions.has(name)) this.#show(name, zerosOfCircuits);
    }
    return levels;
  }

  #hearRetry(name: string, details: Details): void {
    if (!this.calls.has(name)) this.#show(name, zerosOfCalls);
    switch (details.event) {
      case 'attempt':
        this.#countMade(name, details);
        break;
      case 'backoff':
        this.#options.onWait(name, details.wait / 1000);
        break;
      case 'giveup':
        this.giveups.add(name, details.reason, this.#errorOf(details));
        break;
      case 'end':
        this.#countMade(name, details);
        this.calls.add(name, outcomeOf(details));
        break;
      default:
    }
  }

  #countMade(name: string, details: AttemptDetails | EndDetails): void {
    const made = madeBy(details);
    if (made === undefined) return;
    this.attempts.add(name);
    if (made.after !== undefined) this.retries.add(name, '', this.#errorOf(made.after));
  }

  #show(name: string, zeros: Zeros): void {
    for (const [counted, whats] of Object.entries(zeros) as [Counted, readonly string[]][]) {
      // A count by error cannot be there before its error.
      if (this.#options.byError && (counted === 'retries' || counted === 'giveups')) continue;
      for (const what of whats) this[counted].show(name, what);
    }
  }

  #errorOf(outcome: BackoffDetails | GiveUpDetails | Parameters<typeof errorType>[0] | undefined): string {
    return outcome === undefined || !this.#options.byError ? '' : this.#errors.of(errorType(outcome));
  }
}
