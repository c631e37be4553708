/**
 * What Stampede does, as metrics of prom-client.
 *
 * A call costs what it takes to count it; the counts are put into metrics when they are scraped, as are the states of
 * circuits and the levels of budgets.
 */
import { Counter, Gauge, Histogram, register as usualRegister } from 'prom-client';
import { OptionError, subscribe } from '../../core.js';
import { circuitStates } from '../levels.js';
import { gaugeHelp, metrics, waitHelp } from '../metrics.js';
import { Tally, countedTypes } from '../tally.js';
import { type AnyRegistry, type PrometheusOptions, checkPrometheusOptions } from './options.js';

type AnyMetric = Counter | Gauge | Histogram;

/** What a metric shows when it is scraped. */
type Show = (show: (labels: Readonly<Record<string, string>>, value: number) => void) => void;

/**
 * Counts what happens in this process, and shows it as metrics of prom-client.
 *
 *     const stop = observeWithPrometheus();
 *     app.get('/metrics', async (_, answer) => answer.type(register.contentType).send(await register.metrics()));
 *
 * Labels are names of functions and gateways, origins of requests, and a few words of ours: never an argument, a value,
 * a message or a key.
 *
 * @returns A function that ends it and takes the metrics out of the registry.
 * @throws {OptionError} for an option that is unknown or not allowed, and where the registry has metrics of these names.
 * @see https://prometheus.io/docs/practices/naming/
 */
export function observeWithPrometheus(options: PrometheusOptions = {}): () => void {
  const { register = usualRegister, prefix, labels, buckets, maxNames } = checkPrometheusOptions(options);
  const about = (name: string, help: string, labelNames: readonly string[]) => ({
    name: `${prefix}${name}`,
    help,
    labelNames: [...labelNames, ...Object.keys(labels)],
    registers: [],
  });
  const waits = new Histogram({ ...about('wait_seconds', waitHelp, ['name']), buckets: [...buckets] });
  const onWait = (name: string, seconds: number): void => {
    waits.observe({ ...labels, name }, seconds);
  };
  const tally = new Tally({ maxNames, byError: false, onWait });
  const counters = metrics.map(({ counted, prometheus, help, what }) => {
    return new Counter({
      ...about(prometheus, help, what === undefined ? ['name'] : ['name', what.label]),
      collect() {
        this.reset();
        for (const { name, what: which, times } of tally[counted]) {
          this.inc({ ...labels, name, ...(what === undefined ? {} : { [what.label]: which }) }, times);
        }
      },
    });
  });
  const gauge = (name: string, help: string, labelNames: readonly string[], show: Show): Gauge =>
    new Gauge({
      ...about(name, help, labelNames),
      collect() {
        this.reset();
        show((own, value) => {
          this.set({ ...labels, ...own }, value);
        });
      },
    });
  const gauges = [
    gauge('circuit_state', gaugeHelp.circuit, ['name', 'state'], (show) => {
      for (const [name, current] of tally.levels().circuits) {
        for (const state of circuitStates) show({ name, state }, state === current ? 1 : 0);
      }
    }),
    gauge('budget_tokens', gaugeHelp.tokens, ['name'], (show) => {
      for (const [name, { level }] of tally.levels().budgets) show({ name }, level);
    }),
    gauge('budget_capacity_tokens', gaugeHelp.capacity, ['name'], (show) => {
      for (const [name, { capacity }] of tally.levels().budgets) show({ name }, capacity);
    }),
  ];
  // The gauges first: they are read first then, and what they find is shown in the counters of the same scrape.
  const unregister = registerAll(register, [...gauges, ...counters, waits], prefix);
  const unsubscribe = subscribe(
    (event) => {
      tally.hear(event);
    },
    { types: countedTypes },
  );
  return () => {
    unsubscribe();
    unregister();
  };
}

/** Registers all or, where one of their names is taken, none. @returns What takes them out again. */
function registerAll(register: AnyRegistry, all: readonly AnyMetric[], prefix: string): () => void {
  const known = (metric: AnyMetric): unknown => register.getSingleMetric(nameOf(metric));
  const taken = all.find((metric) => known(metric) !== undefined);
  if (taken !== undefined) {
    const allowed = `must differ from that of metrics which the registry has, such as ${nameOf(taken)} (is it observed twice?)`;
    throw new OptionError('prefix', prefix, allowed);
  }
  for (const metric of all) register.registerMetric(metric);
  return () => {
    for (const metric of all) if (known(metric) === metric) register.removeSingleMetric(nameOf(metric));
  };
}

// prom-client's types leave it out.
function nameOf(metric: AnyMetric): string {
  return (metric as unknown as { readonly name: string }).name;
}
