/**
 * What each service can do, in numbers. The closed forms of `bounds.ts` are made of them.
 */
import type { CapacityOptions } from './capacity.js';

export const capacities = {
  authentication: { workers: 4, serviceTime: 5, queue: 200, patience: 250 },
  recommendations: { workers: 4, serviceTime: 30, queue: 100, patience: 250 },
  popularity: { workers: 4, serviceTime: 8, queue: 200, patience: 250 },
} as const satisfies Readonly<Record<string, CapacityOptions>>;
