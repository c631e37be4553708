/**
 * Who wants to know what happens inside: the event hub.
 *
 * Everything that Stampede does is published here, whoever configured it. Nobody listening costs one comparison.
 * Handlers of one retry (`onBackoff`, ...) belong to its options instead.
 */
import { OptionError } from './errors.js';
import { warn } from './time/host.js';

/** Something that happened. `type` says what (`'retry:backoff'`), `name` to whom; `details` are frozen. */
export interface StampedeEvent {
  readonly type: string;
  readonly name: string;
  readonly details: object;
}

/** Takes every event, synchronously. What it gives back is not waited for. */
export type EventListener = (event: StampedeEvent) => unknown;

let listeners: readonly EventListener[] = [];
let observed = false;

/**
 * Tells `listener` of every event from now on, synchronously.
 *
 *     const stop = subscribe(({ type, name }) => metrics.count(type, { name }));
 *     stop();
 *
 * A listener that throws changes nothing for anybody; it is reported once as a process warning.
 *
 * @returns A function that ends the subscription.
 */
export function subscribe(listener: EventListener): () => void {
  if (typeof listener !== 'function')
    throw new OptionError('listener', listener, 'must be a function of an event');
  const own: EventListener = (event) => listener(event);
  listeners = [...listeners, own];
  observed = true;
  return () => {
    listeners = listeners.filter((other) => other !== own);
    observed = listeners.length > 0;
  };
}

/** Whether anybody listens. Ask before making an event. */
export function isObserved(): boolean {
  return observed;
}

/** Tells all listeners. */
export function publish(type: string, name: string, details: object): void {
  const event: StampedeEvent = Object.freeze({ type, name, details });
  for (const listener of listeners) {
    const report = (error: unknown): void => {
      warnOnce(listener, `An event listener failed: ${describe(error)}`, 'STAMPEDE_LISTENER');
    };
    try {
      const given: unknown = listener(event);
      if (given instanceof Promise) given.catch(report); // nobody waits for an async listener
    } catch (error) {
      report(error);
    }
  }
}

const warned = /* @__PURE__ */ new WeakSet<object>();

/** Warns the first time only for each `subject`: a fault in a busy place must not flood the log. */
export function warnOnce(subject: object, text: string, code: string): void {
  if (warned.has(subject)) return;
  warned.add(subject);
  warn(text, code);
}

/** An error in one line for a log, whatever was thrown. */
export function describe(thrown: unknown): string {
  try {
    return thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown);
  } catch {
    return 'an error that cannot be shown';
  }
}
