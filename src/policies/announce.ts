/**
 * Telling the event hub and the handlers of a policy that something has happened.
 */
import { type EventType, isObserved, publish } from '../events.js';
import { type Handler, tellAtOnce } from '../retry/handlers.js';

/** Tells of an event, if anybody listens. @param make  Gives the details, which are frozen then. */
export function announce(
  type: EventType,
  handlers: readonly Handler<never>[],
  name: string,
  make: () => object,
): void {
  const observed = isObserved(type);
  if (handlers.length === 0 && !observed) return;
  const details = Object.freeze(make());
  if (observed) publish(type, name, details);
  tellAtOnce(handlers, name, details);
}
