/**
 * The door `stampede-js/observe/opentelemetry`: metrics, and a span event per attempt.
 */
export {};
