/**
 * What a file says of waits and jitters.
 */
import type { Ms } from '../../core.js';

/** A wait by its name alone, or with its options. */
export type WaitSettings = WaitName | WaitObject;

export type WaitName =
  'constant' | 'fibo' | 'expo' | 'linear' | 'decay' | 'random' | 'decorrelated' | 'retryAfter';

export type WaitObject =
  | { readonly type: 'constant'; readonly interval?: Ms | readonly Ms[] | undefined }
  | { readonly type: 'fibo'; readonly initial?: Ms | undefined; readonly maxValue?: Ms | undefined }
  | {
      readonly type: 'expo';
      readonly base?: number | undefined;
      readonly factor?: Ms | undefined;
      readonly maxValue?: Ms | undefined;
    }
  | {
      readonly type: 'linear';
      readonly initial?: Ms | undefined;
      readonly step?: Ms | undefined;
      readonly maxValue?: Ms | undefined;
    }
  | {
      readonly type: 'decay';
      readonly initial?: Ms | undefined;
      readonly decayFactor?: number | undefined;
      readonly minValue?: Ms | undefined;
    }
  | {
      readonly type: 'random';
      readonly min?: Ms | undefined;
      readonly max?: Ms | undefined;
      readonly distribution?: 'normal' | 'uniform' | undefined;
    }
  | { readonly type: 'decorrelated'; readonly base?: Ms | undefined; readonly maxValue?: Ms | undefined }
  | {
      readonly type: 'retryAfter';
      readonly fallback?: WaitSettings | undefined;
      readonly max?: Ms | undefined;
    }
  | { readonly type: 'chain'; readonly waits: readonly WaitSettings[] }
  | { readonly type: 'add'; readonly waits: readonly WaitSettings[] }
  | { readonly type: 'cap'; readonly wait: WaitSettings; readonly max: Ms };

export type JitterSettings =
  | 'full'
  | 'equal'
  | 'none'
  | { readonly type: 'random'; readonly max?: Ms | undefined }
  | { readonly type: 'proportional'; readonly ratio?: number | undefined };
