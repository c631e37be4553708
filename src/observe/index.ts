/**
 * The door `stampede-js/observe`: what Stampede does, for `node:diagnostics_channel`.
 */
export {};
