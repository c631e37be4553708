/**
 * The door `stampede-js/observe/prometheus`: metrics for prom-client, which it needs beside it.
 */
export { observeWithPrometheus } from './observe-with-prometheus.js';
export type { PrometheusOptions } from './options.js';
