/**
 * The options of the metrics for prom-client, and how they are checked.
 */
import type { OpenMetricsContentType, Registry } from 'prom-client';
import { OptionError, checkKeys } from '../../core.js';
import { checkMaxNames } from '../checks.js';
import { metrics, usualMaxNames, waitBuckets } from '../metrics.js';

export type AnyRegistry = Registry | Registry<OpenMetricsContentType>;

export interface PrometheusOptions {
  /** Where the metrics are registered. @default prom-client's own `register` */
  readonly register?: AnyRegistry | undefined;
  /** What the names of all metrics start with. @default 'stampede_' */
  readonly prefix?: string | undefined;
  /** Labels that all metrics bear, such as `{ service: 'shop' }`. @default none */
  readonly labels?: Readonly<Record<string, string>> | undefined;
  /** The upper bounds of the histogram of waits, in seconds. @default [0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30, 60, 300] */
  readonly buckets?: readonly number[] | undefined;
  /** How many names are told apart; those that come later are counted as `other`. @default 500 */
  readonly maxNames?: number | undefined;
}

/** The options, checked. */
export interface PrometheusSettings {
  /** `undefined`: prom-client's own. */
  readonly register: AnyRegistry | undefined;
  readonly prefix: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly buckets: readonly number[];
  readonly maxNames: number;
}

/** The labels that are ours. */
const ownLabels = ['name', 'state', 'le', ...metrics.flatMap(({ what }) => what?.label ?? [])];

/** @throws {OptionError} naming the first option that is unknown or not allowed. */
export function checkPrometheusOptions(options: PrometheusOptions): PrometheusSettings {
  checkKeys('observeWithPrometheus', options, ['register', 'prefix', 'labels', 'buckets', 'maxNames']);
  return {
    register: checkRegister(options.register),
    prefix: checkPrefix(options.prefix ?? 'stampede_'),
    labels: checkLabels(options.labels ?? {}),
    buckets: checkBuckets(options.buckets ?? waitBuckets),
    maxNames: checkMaxNames(options.maxNames ?? usualMaxNames),
  };
}

function checkRegister(register: AnyRegistry | undefined): AnyRegistry | undefined {
  if (register === undefined || typeof (register as Partial<Registry> | null)?.registerMetric === 'function')
    return register;
  throw new OptionError('register', register, 'must be a Registry of prom-client');
}

function checkPrefix(prefix: unknown): string {
  if (typeof prefix === 'string' && /^([a-zA-Z_:][a-zA-Z0-9_:]*)?$/.test(prefix)) return prefix;
  throw new OptionError(
    'prefix',
    prefix,
    'must be letters, digits and underscores, and not start with a digit',
  );
}

function checkLabels(labels: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  if (Object.prototype.toString.call(labels) !== '[object Object]')
    throw new OptionError('labels', labels, 'must be an object of texts');
  for (const [label, value] of Object.entries(labels)) {
    const option = `labels.${label}`;
    if (ownLabels.includes(label))
      throw new OptionError(option, value, 'must have another name: this label is ours');
    if (!/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(label))
      throw new OptionError(option, value, 'must have a name of letters, digits and underscores');
    if (typeof value !== 'string') throw new OptionError(option, value, 'must be a text');
  }
  return labels as Readonly<Record<string, string>>;
}

function checkBuckets(buckets: readonly number[]): readonly number[] {
  const isRising = (bound: unknown, index: number): boolean =>
    typeof bound === 'number' && Number.isFinite(bound) && bound > (buckets[index - 1] ?? -Infinity);
  if (Array.isArray(buckets) && buckets.length > 0 && buckets.every(isRising)) return buckets;
  throw new OptionError('buckets', buckets, 'must be numbers of seconds, each larger than the one before');
}
