/**
 * Who wants to know what happens inside: the event hub.
 *
 * Everything that Stampede does is published here, whoever configured it. Nobody listening costs one comparison.
 * Handlers of one retry (`onBackoff`, ...) belong to its options instead.
 */
import { nearest } from './checks.js';
import { OptionError } from './errors.js';
import { warn } from './time/host.js';

/** What can happen. The part before the colon says to what: a retry, a circuit, a budget ... */
export const eventTypes = [
  'retry:attempt',
  'retry:success',
  'retry:backoff',
  'retry:giveup',
  'retry:abort',
  'retry:end',
  'handler:error',
  'circuit:open',
  'circuit:half-open',
  'circuit:ramp',
  'circuit:close',
  'circuit:refuse',
  'budget:empty',
  'budget:refill',
  'throttle:refuse',
  'rate-limit:refuse',
  'bulkhead:full',
  'bulkhead:limit',
  'timeout',
  'hedge',
  'fallback',
] as const;

export type EventType = (typeof eventTypes)[number];

/** Something that happened. `type` says what (`'retry:backoff'`), `name` to whom; `details` are frozen. */
export interface StampedeEvent {
  readonly type: EventType;
  readonly name: string;
  readonly details: object;
}

/** Takes every event, synchronously. What it gives back is not waited for. */
export type EventListener = (event: StampedeEvent) => unknown;

export interface SubscribeOptions {
  /**
   * The events to be told of; the others cost nothing. A list, or a question that is asked each time, and should be cheap:
   * whether anybody wants such an event now. Calls that succeed at once have `retry:attempt`, `retry:success` and
   * `retry:end`; whoever wants none of the three leaves them as fast as they are unobserved.
   *
   * @default all
   */
  readonly types?: readonly EventType[] | ((type: EventType) => boolean) | undefined;
}

interface Listening {
  readonly tell: EventListener;
  readonly wants: (type: EventType) => boolean;
  /** Whether `wants` may answer otherwise tomorrow. */
  readonly isOpen: boolean;
}

let listenings: readonly Listening[] = [];
let mayCallsBeObserved = false;

/**
 * Tells `listener` of every event from now on, synchronously.
 *
 *     const stop = subscribe(({ type, name }) => metrics.count(type, { name }));
 *     stop();
 *
 *     subscribe(({ name }) => page(name), { types: ['circuit:open'] });
 *
 * A listener that throws changes nothing for anybody; it is reported once as a process warning.
 *
 * @returns A function that ends the subscription.
 * @throws {OptionError} for a listener that is no function, and for a type of event that there is not.
 */
export function subscribe(listener: EventListener, options: SubscribeOptions = {}): () => void {
  if (typeof listener !== 'function')
    throw new OptionError('listener', listener, 'must be a function of an event');
  const { types = eventTypes } = options;
  const own: Listening = {
    tell: (event) => listener(event),
    wants: typeof types === 'function' ? asking(types) : isAmong(types),
    isOpen: typeof types === 'function',
  };
  change([...listenings, own]);
  return () => {
    change(listenings.filter((other) => other !== own));
  };
}

function isAmong(types: readonly EventType[]): Listening['wants'] {
  if (!Array.isArray(types))
    throw new OptionError('types', types, 'must be an array of types of events, or a function of one');
  for (const type of types as readonly unknown[]) {
    if (eventTypes.includes(type as EventType)) continue;
    const near = nearest(String(type), eventTypes);
    const hint =
      near === undefined ? `one of ${eventTypes.join(', ')}` : `a type of event (did you mean ${near}?)`;
    throw new OptionError('types', type, `must have nothing in it but ${hint}`);
  }
  const wanted: ReadonlySet<EventType> = new Set(types);
  return (type) => wanted.has(type);
}

function asking(types: (type: EventType) => boolean): Listening['wants'] {
  return (type) => {
    try {
      return types(type);
    } catch (error) {
      warnOnce(types, `The types of an event listener failed: ${describe(error)}`, 'STAMPEDE_LISTENER');
      return false;
    }
  };
}

/** What every call has, one that succeeds at once included. */
const ofEveryCall: readonly EventType[] = ['retry:attempt', 'retry:success', 'retry:end'];

function change(to: readonly Listening[]): void {
  listenings = to;
  mayCallsBeObserved = to.some(({ isOpen, wants }) => isOpen || ofEveryCall.some(wants));
}

/** Whether anybody wants to know of such an event. Ask before making one. Nobody listening costs one comparison. */
export function isObserved(type: EventType): boolean {
  return listenings.length > 0 && listenings.some(({ wants }) => wants(type));
}

/** Whether anybody wants to know of calls that succeed at once. */
export function areCallsObserved(): boolean {
  return mayCallsBeObserved && ofEveryCall.some(isObserved);
}

/** Tells all listeners that want to know. */
export function publish(type: EventType, name: string, details: object): void {
  const event: StampedeEvent = Object.freeze({ type, name, details });
  for (const listening of listenings) {
    if (!listening.wants(type)) continue;
    const report = (error: unknown): void => {
      warnOnce(listening, `An event listener failed: ${describe(error)}`, 'STAMPEDE_LISTENER');
    };
    try {
      const given: unknown = listening.tell(event);
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
