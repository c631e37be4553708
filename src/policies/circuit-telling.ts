/**
 * In which order it is told what circuits do: as it happened, to everybody.
 *
 * A handler may change a circuit, its own or another. Told at once, that change would reach those who have not heard
 * yet what brought it about; so it waits until all of them have.
 */
import { isObserved, publish } from '../events.js';
import { type Handler, tellAtOnce } from '../retry/handlers.js';

/** Something that a circuit did, for its handlers and for the event hub. */
export interface News {
  readonly type: string;
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
      if (isObserved()) publish(next.type, next.name, next.details);
    }
  } finally {
    isTelling = false;
  }
}
