/**
 * The meter of the global provider, and a word to the operator where there is none yet.
 */
import { type Meter, createNoopMeter, metrics, trace } from '@opentelemetry/api';
import { warnOnce } from '../../core.js';

/** Put in by `tools/build.mjs`. */
declare const STAMPEDE_VERSION: string | undefined;

const scope = 'stampede-js';

/** Not there when the sources are run as they are. */
const version = typeof STAMPEDE_VERSION === 'string' ? STAMPEDE_VERSION : undefined;

/**
 * The meter named `stampede-js`, as it is now. Without an SDK it counts for nobody and says nothing, also later on; so
 * that is said once. Who has an SDK for traces alone has done nothing wrong.
 */
export function globalMeter(): Meter {
  const meter = metrics.getMeter(scope, version);
  if (meter === createNoopMeter() && !isTraced()) {
    warnOnce(
      globalMeter,
      'observeWithOpenTelemetry() was called before there was an SDK of OpenTelemetry, so its metrics go nowhere: set up the SDK first.',
      'STAMPEDE_OPENTELEMETRY',
    );
  }
  return meter;
}

function isTraced(): boolean {
  // By its shape: the class that stands in for a provider is to leave the API.
  const provider = trace.getTracerProvider() as { getDelegateTracer?: (name: string) => unknown };
  return provider.getDelegateTracer === undefined || provider.getDelegateTracer(scope) !== undefined;
}
