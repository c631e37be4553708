/**
 * What an error is called where only few words may be used: its code, the status of an answer, or its class. Never its
 * message, which may hold anything.
 */
import { otherError } from './counts.js';

/**
 * What kind of failure it was.
 *
 *     errorType({ ok: false, error: connectionReset })   // 'ECONNRESET'
 *     errorType({ ok: false, error: new RangeError() })  // 'RangeError'
 *     errorType({ ok: true, value: response })           // '503'
 *     errorType({ ok: true, value: [] })                 // 'value': a predicate has refused it
 *
 * @see https://opentelemetry.io/docs/specs/semconv/attributes-registry/error/
 */
export function errorType(outcome: {
  readonly ok: boolean;
  readonly error?: unknown;
  readonly value?: unknown;
}): string {
  try {
    return outcome.ok ? statusOf(outcome.value) : kindOf(outcome.error);
  } catch {
    return otherError; // what is thrown may be a Proxy, or have a getter that throws
  }
}

function statusOf(value: unknown): string {
  const { status } = (value ?? {}) as { readonly status?: unknown };
  const isStatus = typeof status === 'number' && Number.isInteger(status) && status >= 400 && status <= 599;
  return isStatus ? String(status) : 'value';
}

function kindOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return otherError;
  const { code, name } = error as { readonly code?: unknown; readonly name?: unknown };
  if (typeof code === 'string' && /^[A-Z][A-Z0-9_]{1,49}$/.test(code)) return code;
  // What is no identifier was not written as the name of a class, and may be a text with an argument in it.
  return typeof name === 'string' && /^[A-Za-z_$][\w$]{0,49}$/.test(name) ? name : otherError;
}
