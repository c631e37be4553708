/**
 * Whether a request is sent with an `Idempotency-Key` of ours.
 */
import type { RetrySettings } from './judgement/retry-settings.js';

/** Methods that change nothing, so that a key would say nothing. */
const safe: ReadonlySet<string> = /* @__PURE__ */ new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE']);

/**
 * The key that a call is to send, the same with all its attempts.
 *
 * @param method  In upper case.
 * @returns `undefined` where none is wanted, the request has one, or its method changes nothing.
 */
export function keyToSend(
  method: string,
  headers: { has(name: string): boolean },
  settings: Pick<RetrySettings, 'newIdempotencyKey'>,
): string | undefined {
  if (safe.has(method) || headers.has('idempotency-key')) return undefined;
  return settings.newIdempotencyKey();
}
