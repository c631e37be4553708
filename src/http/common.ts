/**
 * What all doors of the HTTP helper stand on: errors, and whether a request is tried again.
 *
 * The build makes one file of it, so that a program which opens two doors has one `HttpStatusError`. It is no door
 * itself, and free of Node. Here is listed which modules are in that file.
 */
export * from './answered.js';
export * from './attempt-trail.js';
export * from './guest-call.js';
export * from './guest-client.js';
export * from './guest-options.js';
export * from './http-errors.js';
export * from './idempotency-key.js';
export * from './judgement/backoff.js';
export * from './judgement/decision-table.js';
export * from './judgement/http-log.js';
export * from './judgement/http-waits.js';
export * from './judgement/origin-breaker.js';
export * from './judgement/origins.js';
export * from './judgement/rate-headers.js';
export * from './judgement/retry-counts.js';
export * from './judgement/retry-options.js';
export * from './judgement/retry-policy.js';
export * from './judgement/retry-settings.js';
export * from './judgement/verdicts.js';
export * from './links.js';
export * from './request/url.js';
export * from './response-headers.js';
export * from './within.js';
export * from './wire/classify.js';
