/**
 * The door `stampede-js/observe/opentelemetry`: metrics, and an event on the active span for each attempt. It needs
 * @opentelemetry/api beside it, and works with every SDK that implements that.
 */
export { observeWithOpenTelemetry } from './observe-with-opentelemetry.js';
export type { OpenTelemetryOptions } from './observe-with-opentelemetry.js';
