/**
 * What Stampede does, as metrics of OpenTelemetry and as events on spans.
 *
 * A call costs what it takes to count it; the counts are read when metrics are collected, as are the states of circuits
 * and the levels of budgets.
 */
import type { Attributes, Meter } from '@opentelemetry/api';
import { OptionError, checkKeys, subscribe } from '../../core.js';
import { checkMaxNames } from '../checks.js';
import { gaugeHelp, metrics, usualMaxNames, waitBuckets, waitHelp } from '../metrics.js';
import { circuitStates } from '../levels.js';
import { Tally, countedTypes } from '../tally.js';
import { globalMeter } from './global-meter.js';
import { noteOnSpan } from './span-events.js';

export interface OpenTelemetryOptions {
  /** Makes the instruments. @default the one named `stampede-js` of the global meter provider, as it is now */
  readonly meter?: Meter | undefined;
  /** Whether the span that is active gets an event for each attempt. @default true */
  readonly spanEvents?: boolean | undefined;
  /** Attributes that all metrics bear. @default none: what is true of the whole process belongs to its resource */
  readonly attributes?: Attributes | undefined;
  /** How many names are told apart; those that come later are counted as `other`. @default 500 */
  readonly maxNames?: number | undefined;
}

/**
 * Counts what happens in this process for OpenTelemetry, and notes each attempt on the span that is active.
 *
 *     metrics.setGlobalMeterProvider(provider);   // first, or the SDK of your vendor
 *     const stop = observeWithOpenTelemetry();
 *
 * Attributes are names of functions and gateways, origins of requests, codes and classes of errors, and a few words of
 * ours: never an argument, a value, a message or a key. A call without an active span makes none.
 *
 * @returns A function that ends it. A meter cannot give instruments back: its SDK goes on exporting their last values.
 * @throws {OptionError} for an option that is unknown or not allowed.
 * @see https://opentelemetry.io/docs/specs/semconv/general/naming/
 */
export function observeWithOpenTelemetry(options: OpenTelemetryOptions = {}): () => void {
  checkKeys('observeWithOpenTelemetry', options, ['meter', 'spanEvents', 'attributes', 'maxNames']);
  const { spanEvents = true, attributes = {}, maxNames = usualMaxNames } = options;
  if (typeof spanEvents !== 'boolean')
    throw new OptionError('spanEvents', spanEvents, 'must be true or false');
  const meter = checkMeter(options.meter ?? globalMeter());
  const wait = meter.createHistogram('stampede.retry.wait', {
    description: waitHelp,
    unit: 's',
    advice: { explicitBucketBoundaries: [...waitBuckets] },
  });
  const tally = new Tally({
    maxNames: checkMaxNames(maxNames),
    byError: true,
    onWait: (name, seconds) => {
      wait.record(seconds, { ...attributes, 'stampede.name': name });
    },
  });
  const end = showOn(meter, tally, attributes);
  const unsubscribe = subscribe(
    (event) => {
      tally.hear(event);
      if (spanEvents) noteOnSpan(event);
    },
    { types: countedTypes },
  );
  return () => {
    unsubscribe();
    end();
  };
}

/** Makes the instruments that are read when metrics are collected. @returns What ends the reading. */
function showOn(meter: Meter, tally: Tally, attributes: Attributes): () => void {
  const counters = metrics.map(({ counted, opentelemetry, help, unit, what }) => ({
    counts: tally[counted],
    what: what?.attribute,
    instrument: meter.createObservableCounter(opentelemetry, { description: help, unit }),
  }));
  const circuit = meter.createObservableUpDownCounter('stampede.circuit.state', {
    description: gaugeHelp.circuit,
    unit: '{circuit}',
  });
  const tokens = meter.createObservableUpDownCounter('stampede.budget.tokens', {
    description: gaugeHelp.tokens,
    unit: '{token}',
  });
  const capacity = meter.createObservableUpDownCounter('stampede.budget.capacity', {
    description: gaugeHelp.capacity,
    unit: '{token}',
  });
  const observables = [...counters.map(({ instrument }) => instrument), circuit, tokens, capacity];
  const show: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const { circuits, budgets } = tally.levels();
    for (const { counts, what, instrument } of counters) {
      for (const { name, what: which, error, times } of counts) {
        const own = what === undefined ? {} : { [what]: which };
        const type = error === '' ? {} : { 'error.type': error };
        result.observe(instrument, times, { ...attributes, 'stampede.name': name, ...own, ...type });
      }
    }
    for (const [name, state] of circuits) {
      for (const one of circuitStates) {
        const own = { 'stampede.name': name, 'stampede.circuit.state': one };
        result.observe(circuit, one === state ? 1 : 0, { ...attributes, ...own });
      }
    }
    for (const [name, budget] of budgets) {
      const own = { ...attributes, 'stampede.name': name };
      result.observe(tokens, budget.level, own);
      result.observe(capacity, budget.capacity, own);
    }
  };
  meter.addBatchObservableCallback(show, observables);
  return () => {
    meter.removeBatchObservableCallback(show, observables);
  };
}

function checkMeter(meter: Meter): Meter {
  if (typeof (meter as Partial<Meter> | null)?.createObservableCounter === 'function') return meter;
  throw new OptionError('meter', meter, 'must be a Meter of @opentelemetry/api');
}
