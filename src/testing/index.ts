/**
 * The door `stampede-js/testing`: for users' own tests.
 *
 * Time and dice that a test holds in its hand, scopes in which no retry waits, and functions that play what they are told.
 */
export { VirtualClock, addRetryScope, seeded } from '../core.js';
export type { RetryScope } from '../core.js';
export { withRetries, withoutWaits } from './scopes.js';
export type { WithRetriesOptions } from './scopes.js';
export { after, never, script } from './script.js';
export type {
  MakeScript,
  MakeSyncScript,
  Script,
  ScriptCall,
  ScriptOutcome,
  ScriptResult,
  ScriptValue,
  SyncScript,
} from './script.js';
