/**
 * What the options of a circuit breaker are called, here and elsewhere.
 */
import type { CircuitBreakerOptions } from './circuit-options.js';

// What other libraries call it → what it is called here.
export const synonyms: Readonly<Record<string, string>> = {
  threshold: 'failureRate',
  failureThreshold: 'consecutive',
  failureRateThreshold: 'failureRate',
  errorThresholdPercentage: 'failureRate',
  volumeThreshold: 'minCalls',
  minimumNumberOfCalls: 'minCalls',
  slidingWindowSize: 'lastCalls',
  rollingCountTimeout: 'window',
  samplingDuration: 'window',
  slowCallDurationThreshold: 'slowAfter',
  slowCallRateThreshold: 'slowRate',
  resetTimeout: 'openTime',
  halfOpenAfter: 'openTime',
  breakDuration: 'openTime',
  waitDurationInOpenState: 'openTime',
  errorFilter: 'isFailure',
  onBreak: 'onOpen',
  onReset: 'onClose',
};

/** Every option, in the order in which faults are reported. */
export const circuitOptionNames: readonly (keyof CircuitBreakerOptions)[] = [
  'name',
  'consecutive',
  'failureRate',
  'slowAfter',
  'slowRate',
  'lastCalls',
  'window',
  'minCalls',
  'openTime',
  'maxOpenTime',
  'jitter',
  'halfOpen',
  'ramp',
  'isFailure',
  'isNeutral',
  'key',
  'maxKeys',
  'stack',
  'mode',
  'clock',
  'random',
  'onOpen',
  'onHalfOpen',
  'onRamp',
  'onClose',
];
