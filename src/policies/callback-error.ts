/**
 * An error of a callback that cannot change how a call ends.
 */
import { describe, publish, warnOnce } from '../events.js';

/** Tells of an option's callback that has failed: the event hub each time, a process warning once. */
export function reportCallback(option: string, callback: object, name: string, error: unknown): void {
  publish(
    'handler:error',
    name,
    Object.freeze({ error, handler: callback, details: Object.freeze({ option }) }),
  );
  warnOnce(
    callback,
    `${option} of ${name} failed: ${describe(error)}. The call goes on without it.`,
    'STAMPEDE_HANDLER',
  );
}
