/**
 * In which order it is told what circuits do: as it happened, to everybody.
 *
 * A handler may change a circuit, its own or another. Told at once, that change would reach those who have not heard
 * yet what brought it about; so it waits until all of them have.
 */
import type { Outcome } from '../call/outcome.js';
import type { WayBack } from '../call/way-back.js';
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

const events: Readonly<Record<CircuitState, CircuitDetails['event']>> = {
  closed: 'close',
  open: 'open',
  isolated: 'open',
  'half-open': 'halfOpen',
  ramp: 'ramp',
};

const types: Readonly<Record<CircuitDetails['event'], EventType>> = {
  close: 'circuit:close',
  open: 'circuit:open',
  halfOpen: 'circuit:half-open',
  ramp: 'circuit:ramp',
};

/** Whether there is anybody to hear of an event. */
export function isHeard({ settings }: Teller, event: CircuitDetails['event']): boolean {
  return settings.handlers[event].length > 0 || isObserved(types[event]);
}

/**
 * Tells of a change of a circuit, if there is anybody to hear it.
 *
 * @param back  Into the asynchronous context of the call that has brought it about, where that is not this one.
 */
export function tellChange(owner: Teller, { circuit, now, ...change }: Change, back?: WayBack): void {
  const { name, settings } = owner;
  const event = events[change.to];
  const isLogged = isCircuitLogRead();
  if (!isLogged && !isHeard(owner, event)) return;
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
  waiting.push({ type: types[event], name, details, handlers: settings.handlers[event] });
  if (back === undefined) tellWaiting();
  else back(tellWaiting);
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
  tellWaiting();
}

function tellWaiting(): void {
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
