/**
 * The door `stampede-js/config`: files → policies.
 */
export type * from './settings.js';
