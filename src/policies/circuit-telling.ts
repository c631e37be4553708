/**
 * In which order it is told what circuits do: as it happened, to everybody.
 *
 * A handler may change a circuit, its own or another. Told at once, that change would reach those who have not heard
 * yet what brought it about; so it waits until all of them have.
 */
import type { Outcome } from '../call/outcome.js';
import { type EventType, isObserved, publish } from '../events.js';
import { type Handler, tellAtOnce } from '../retry/handlers.js';
import type { Ms } from '../time/duration.js';
import { isCircuitLogRead, logChange } from './circuit-log.js';
import type { CircuitDetails } from './circuit-options.js';
import type { CircuitState } from './circuit-rules.js';
import type { Circuit } from './circuit.js';

/** The breaker whose circuit it is. */
interface Teller {
  readonly name: string;
  readonly settings: {
    readonly handlers: Readonly<Record<CircuitDetails['event'], readonly Handler<never>[]>>;
  };
}

/** A change, as it was when it happened. */
interface Change {
  readonly circuit: Circuit;
  readonly key: string | undefined;
  readonly from: CircuitState;
  readonly to: CircuitState;
  readonly now: Ms;
  readonly outcome: Outcome | undefined;
}

const events: Readonly<Record<CircuitState, readonly [CircuitDetails['event'], EventType]>> = {
  closed: ['close', 'circuit:close'],
  open: ['open', 'circuit:open'],
  isolated: ['open', 'circuit:open'],
  'half-open': ['halfOpen', 'circuit:half-open'],
  ramp: ['ramp', 'circuit:ramp'],
};

/** Tells of a change of a circuit, if there is anybody to hear it. */
export function tellChange({ name, settings }: Teller, { circuit, now, ...change }: Change): void {
  const [event, type] = events[change.to];
  const handlers = settings.handlers[event];
  const isLogged = isCircuitLogRead();
  if (!isLogged && handlers.length === 0 && !isObserved(type)) return;
  const { because, retryAt, reopened } = circuit;
  const counts = Object.freeze(circuit.counts(now));
  const details: CircuitDetails = Object.freeze({
    event,
    name,
    ...change,
    because,
    retryAt,
    reopened,
    counts,
  });
  if (isLogged) logChange(details, retryAt - now);
  tellInOrder({ type, name, details, handlers });
}

/** Something that a circuit did, for its handlers and for the event hub. */
interface News {
  readonly type: EventType;
  readonly name: string;
  /** Frozen. */
  readonly details: object;
  readonly handlers: readonly Handler<never>[];
}

// One queue for all circuits: the event hub hears them all.
const waiting: News[] = [];
let isTelling = false;

/** Tells it now, or after what is being told. */
export function tellInOrder(news: News): void {
  waiting.push(news);
  if (isTelling) return;
  isTelling = true;
  try {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      tellAtOnce(next.handlers, next.name, next.details);
      if (isObserved(next.type)) publish(next.type, next.name, next.details);
    }
  } finally {
    isTelling = false;
  }
}
