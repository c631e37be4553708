/**
 * The door `stampede-js/config`: files → policies.
 */
export { loadStampede, unloadStampede } from './stampede.js';
export type { LoadOptions, PolicyOptions, Stampede } from './stampede.js';
export { foundHttpOptions } from './found.js';
export { ConfigError } from './config-error.js';
export type { ConfigFault } from './config-error.js';

export type * from './settings.js';
export { parsePolicy, parseSettings } from './parse.js';
export { gatewayOf, httpOf, policyOf } from './inherit.js';
export { jitterOf, waitOf } from './convert/waits.js';
export { gatewayOptionsOf, retryOptionsOf } from './convert/patterns.js';
export { httpOptionsOf } from './convert/http.js';
export type { HttpOptions } from './convert/http.js';
export { retryConfigOptionsOf } from './convert/retry-config.js';
export { findRisks } from './risks/find-risks.js';
export { ruleNames } from './risks/finding.js';
export type { Finding, Measure, RuleName, Severity } from './risks/finding.js';
