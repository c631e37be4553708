/**
 * The door `stampede-js/observe/prometheus`: metrics for prom-client.
 */
export {};
