/**
 * The door `stampede-js/config`: files → policies.
 */
export { ConfigError } from './config-error.js';
export type { ConfigFault } from './config-error.js';
export type * from './settings.js';
export { jitterOf, waitOf } from './convert/waits.js';
export { parsePolicy, parseSettings } from './parse.js';
export { gatewayOptionsOf, retryOptionsOf } from './convert/patterns.js';
