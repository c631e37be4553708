/**
 * What a gateway accepts, what it adds, and what a method must declare.
 */
import { expectTypeOf } from 'expect-type';
import {
  type CallContext,
  type CircuitBreaker,
  type FallbackGateway,
  type Gateway,
  type GatewayOptions,
  type GatewayState,
  bulkhead,
  circuitBreaker,
  expo,
  gateway,
  rateLimit,
  retryBudget,
  setGatewayDefaults,
  throttle,
} from '../../src/index.js';

interface Item {
  readonly id: number;
}
class HttpError extends Error {
  readonly status: number = 500;
}

declare const url: string;
declare function load(url: string, signal: AbortSignal): Promise<Item[]>;
declare function fetchItem(id: number): Promise<Item>;
declare function readItem(id: number): Item;

// The lines that must read as they stand.

export const page = await gateway('recommendations', { timeout: '300ms', fallback: [] }).run(({ signal }) =>
  load(url, signal),
);
expectTypeOf(page).toEqualTypeOf<Item[]>();

export class Recommendations {
  @gateway('recs', { fallback: null }) async top(): Promise<Item[] | null> {
    return load(url, new AbortController().signal);
  }
}

// Without a fallback it keeps the type.

expectTypeOf(gateway('items')).toEqualTypeOf<Gateway>();
expectTypeOf(gateway('items', { timeout: '1s' })).toEqualTypeOf<Gateway>();
expectTypeOf(gateway('items')(fetchItem)).toEqualTypeOf<typeof fetchItem>();
expectTypeOf(gateway('items').run(async () => 5)).toEqualTypeOf<Promise<number>>();
gateway('items').run((context) => {
  expectTypeOf(context).toEqualTypeOf<CallContext>();
  return fetchItem(1);
});
gateway('items').run(({ signal, remaining, tries }) => {
  expectTypeOf(remaining()).toEqualTypeOf<number>();
  expectTypeOf(tries).toEqualTypeOf<number>();
  return load(url, signal);
});

// With one, the result widens.

expectTypeOf(gateway('items', { fallback: null })).toEqualTypeOf<FallbackGateway<null>>();
expectTypeOf(gateway('items', { fallback: null })(fetchItem)(1)).toEqualTypeOf<Promise<Item | null>>();
expectTypeOf(gateway('items', { fallback: null }).run(() => fetchItem(1))).toEqualTypeOf<
  Promise<Item | null>
>();
expectTypeOf(gateway('items', { fallback: (): string => 'none' })(fetchItem)(1)).toEqualTypeOf<
  Promise<Item | string>
>();
expectTypeOf(gateway('items', { fallback: async (): Promise<string> => 'none' })(fetchItem)(1)).toEqualTypeOf<
  Promise<Item | string>
>();

// What it tells of itself.

expectTypeOf(gateway('items').state).toEqualTypeOf<GatewayState>();
expectTypeOf(gateway('items', { fallback: 5 }).state.circuit).toEqualTypeOf<GatewayState['circuit']>();
expectTypeOf(gateway('items').circuit).toEqualTypeOf<CircuitBreaker | undefined>();
expectTypeOf(gateway('items').name).toEqualTypeOf<string>();

// Its options: those of each pattern, a policy to share, or false.

gateway('items', {
  timeout: '1s',
  deadline: 5000,
  retry: { wait: expo, errors: HttpError, giveup: (error: HttpError) => error.status < 500 },
  budget: retryBudget(),
  circuitBreaker: circuitBreaker({ failureRate: 0.5 }),
  bulkhead: bulkhead({ limit: 5 }),
  rateLimit: rateLimit({ limit: 5, per: '1s' }),
  throttle: throttle(),
  hedge: { after: 'p95', idempotent: true },
  fallbackOptions: { staleIfError: '5m' },
});
// A guard that is shared may be one that gives promises, whatever the function gives.
gateway('items', {
  bulkhead: bulkhead({ limit: 5, mode: 'async' }),
  rateLimit: rateLimit({ limit: 5, mode: 'async' }),
  throttle: throttle({ mode: 'async' }),
});
gateway('items', {
  timeout: false,
  deadline: false,
  retry: false,
  budget: false,
  circuitBreaker: false,
  bulkhead: false,
  rateLimit: false,
  throttle: false,
  hedge: false,
});
gateway('items', { retry: { errors: HttpError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>() } });
gateway('items', { retry: { giveup: (e) => expectTypeOf(e).toEqualTypeOf<unknown>() } });
gateway('items', {
  fallback: null,
  retry: {
    errors: (e) => e instanceof HttpError,
    giveup: async (e, { tries }) => e.status < 500 && tries > 1,
  },
});
gateway('items', {
  retry: {
    rules: [
      { errors: HttpError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<HttpError>() },
      { errors: (e) => e instanceof TypeError, giveup: (e) => expectTypeOf(e).toEqualTypeOf<TypeError>() },
      { predicate: (value) => value === null, maxTries: 2 },
    ],
  },
});
// Options that are kept apart, and those of a name.
const kept: GatewayOptions = { retry: { errors: HttpError, giveup: (e: HttpError) => e.status < 500 } };
expectTypeOf(gateway('items', kept)).toEqualTypeOf<Gateway>();
expectTypeOf(gateway('items', { ...kept, fallback: null })).toEqualTypeOf<FallbackGateway<null>>();
expectTypeOf(gateway<Item[]>('items', { fallback: [], retry: { giveup: () => true } })).toEqualTypeOf<
  FallbackGateway<Item[]>
>();
setGatewayDefaults('items', { retry: { errors: HttpError, giveup: (e: HttpError) => e.status < 500 } });

gateway('items', { timeout: undefined, retry: undefined, budget: { ratio: 0.2 }, fallback: undefined });
setGatewayDefaults('items', { timeout: '1s', fallback: null });
setGatewayDefaults('items', undefined);

// @ts-expect-error a name is needed
gateway();
// @ts-expect-error an unknown option
gateway('items', { timeot: '1s' });
// @ts-expect-error a time needs a unit
gateway('items', { timeout: '1' });
// @ts-expect-error an unknown option of a retry
gateway('items', { retry: { maxTires: 3 } });
// @ts-expect-error an unknown option of a rule
gateway('items', { retry: { rules: [{ errors: HttpError, maxTires: 3 }] } });
// @ts-expect-error another error than the retried one
gateway('items', { retry: { errors: HttpError, giveup: (e) => e.table === '' } });
// @ts-expect-error the gateway settles it
gateway('items', { retry: { mode: 'sync' } });
// @ts-expect-error the gateway has one of its own
gateway('items', { retry: { budget: retryBudget() } });
// @ts-expect-error whether it may be made twice must be said
gateway('items', { hedge: { after: 10 } });
// @ts-expect-error options or false
gateway('items', { circuitBreaker: true });
// @ts-expect-error a retry is no circuit breaker
gateway('items', { circuitBreaker: bulkhead({ limit: 5 }) });
// @ts-expect-error a rate limit is no bulkhead
gateway('items', { bulkhead: rateLimit({ limit: 5, mode: 'async' }) });
// @ts-expect-error a sync function cannot be called through it
gateway('items')(readItem);
// @ts-expect-error a sync function cannot be called through it
gateway('items').run(() => readItem(1));
// @ts-expect-error a sync function cannot be called through it, whatever the fallback
gateway('items', { fallback: null })(readItem);

// As a decorator.

export class Shop {
  @gateway('prices', { timeout: '1s' })
  async price(id: number): Promise<number> {
    return id;
  }

  @gateway('prices', { fallback: 0 })
  async priceOrNothing(id: number): Promise<number> {
    return id;
  }

  @gateway('items', { fallback: [] })
  static async items(): Promise<Item[]> {
    return [await fetchItem(1)];
  }

  // @ts-expect-error declare the result as Promise<Item | null>
  @gateway('items', { fallback: null })
  async notDeclared(): Promise<Item> {
    return fetchItem(1);
  }

  // @ts-expect-error a sync method cannot be called through it
  @gateway('items')
  read(): Item {
    return readItem(1);
  }

  // @ts-expect-error a sync method cannot be called through it, whatever it declares
  @gateway('items', { fallback: null })
  readOrNull(): Item | null {
    return readItem(1);
  }
}
