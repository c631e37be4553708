/**
 * What the counts are called, and what they say. The names follow each system's own conventions.
 */
import type { Counted } from './counts.js';

/** One count, as the systems call it. */
export interface Metric {
  readonly counted: Counted;
  /** For Prometheus, without prefix. @see https://prometheus.io/docs/practices/naming/ */
  readonly prometheus: string;
  /** For OpenTelemetry. @see https://opentelemetry.io/docs/specs/semconv/general/naming/ */
  readonly opentelemetry: string;
  /** What is counted, in OpenTelemetry's braces. */
  readonly unit: string;
  readonly help: string;
  /** What tells its counts of one name apart: the label of Prometheus, the attribute of OpenTelemetry. */
  readonly what?: { readonly label: string; readonly attribute: string };
}

export const metrics: readonly Metric[] = [
  {
    counted: 'calls',
    prometheus: 'calls_total',
    opentelemetry: 'stampede.calls',
    unit: '{call}',
    help: 'Calls of retried functions that have ended, by how: success, giveup, refused for a refusal of ours, passed for another error that nothing matched, or abort.',
    what: { label: 'outcome', attribute: 'stampede.outcome' },
  },
  {
    counted: 'attempts',
    prometheus: 'attempts_total',
    opentelemetry: 'stampede.attempts',
    unit: '{attempt}',
    help: 'Attempts that were made and are over, the first of each call included; without those that were refused.',
  },
  {
    counted: 'retries',
    prometheus: 'retries_total',
    opentelemetry: 'stampede.retries',
    unit: '{retry}',
    help: 'Attempts after the first, of those that were made.',
  },
  {
    counted: 'giveups',
    prometheus: 'giveups_total',
    opentelemetry: 'stampede.giveups',
    unit: '{giveup}',
    help: 'Calls that were given up, by reason: giveup, maxTries, maxTime, waits or budget.',
    what: { label: 'reason', attribute: 'stampede.giveup.reason' },
  },
  {
    counted: 'transitions',
    prometheus: 'circuit_transitions_total',
    opentelemetry: 'stampede.circuit.transitions',
    unit: '{transition}',
    help: 'Changes of circuits, by the state they changed to.',
    what: { label: 'to', attribute: 'stampede.circuit.state' },
  },
  {
    counted: 'refusals',
    prometheus: 'refusals_total',
    opentelemetry: 'stampede.refusals',
    unit: '{refusal}',
    help: 'Calls and attempts that were not made because of a circuit, a bulkhead, a rate-limit or a throttle.',
    what: { label: 'kind', attribute: 'stampede.refusal.kind' },
  },
  {
    counted: 'timeouts',
    prometheus: 'timeouts_total',
    opentelemetry: 'stampede.timeouts',
    unit: '{timeout}',
    help: 'Calls and attempts that timeout() or deadline() has ended.',
  },
  {
    counted: 'hedges',
    prometheus: 'hedges_total',
    opentelemetry: 'stampede.hedges',
    unit: '{attempt}',
    help: 'Attempts that were sent beside others that are slow or have failed.',
  },
  {
    counted: 'fallbacks',
    prometheus: 'fallbacks_total',
    opentelemetry: 'stampede.fallbacks',
    unit: '{call}',
    help: 'Calls that ended with a substitute.',
  },
  {
    counted: 'handlerErrors',
    prometheus: 'handler_errors_total',
    opentelemetry: 'stampede.handler.errors',
    unit: '{error}',
    help: 'Handlers and other callbacks that have failed.',
  },
];

/** What the gauges say. */
export const gaugeHelp = {
  circuit:
    'The state of a circuit: 1 for the one it is in, 0 for the others. Of several with one name, the worst.',
  tokens: 'Tokens in a retry budget. Of several with one name, the sum.',
  capacity: 'Tokens that a retry budget may hold, by the traffic of late. Of several with one name, the sum.',
} as const;

/** Seconds. From a wait that nobody notices to one that is longer than most deadlines. */
export const waitBuckets: readonly number[] = [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 300];

export const waitHelp = 'Waits before retries, after jitter.';

/** How many names are told apart unless the options say otherwise. */
export const usualMaxNames = 500;
