/**
 * The package `stampede-js`: the core, for Node, other runtimes and browsers.
 */
export * from './core.js';
