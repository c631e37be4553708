/**
 * How a refusal is made: without a stack, unless somebody asks for one.
 *
 * Refusing happens when everything is busy, and a stack is most of what it costs.
 */
import type { RefusalError } from '../errors.js';

/**
 * Makes a refusal, where the platform lets us without a captured stack.
 *
 * @param withStack  Whether it is to have one all the same.
 * @param make       Makes the error, and nothing else that could throw or need a stack.
 */
export function refusalOf<E extends RefusalError>(withStack: boolean, make: () => E): E {
  const host = Error as { stackTraceLimit?: unknown };
  const limit = host.stackTraceLimit;
  // Not there outside V8 and its imitators; read-only where a program has frozen its globals.
  const isOurs = !withStack && typeof limit === 'number' && Reflect.set(host, 'stackTraceLimit', 0);
  try {
    return make();
  } finally {
    if (isOurs) host.stackTraceLimit = limit;
  }
}
