/**
 * The door `stampede-js/observe`: what Stampede does, for `node:diagnostics_channel`.
 *
 * OpenTelemetry and Prometheus have doors of their own, so that nobody loads a package for the sake of another.
 */
export { observeWithDiagnostics } from './diagnostics.js';
