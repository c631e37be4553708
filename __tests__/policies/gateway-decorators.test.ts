/**
 * `@gateway(...)` on class methods, by standard decorators. Legacy ones: `../legacy-decorators/gateway.test.ts`.
 */
import { describe, expect, it } from '@jest/globals';
import { VirtualClock, constant, currentCall, gateway, retryPolicyOf, subscribe } from '../../src/core.js';

const boom = new Error('boom');
const exact = { wait: constant(100), jitter: null } as const;

describe('@gateway on a method', () => {
  it('retries it with its `this`, its private fields and its arguments', async () => {
    const clock = new VirtualClock();
    class Shop {
      #asked = 0;
      readonly factor = 2;

      @gateway('prices', { retry: exact, clock })
      async price(id: number): Promise<number> {
        this.#asked += 1;
        if (this.#asked < 3) throw boom;
        return id * this.factor;
      }
    }

    const price = await clock.run(new Shop().price(21));

    expect(price).toBe(42);
    expect(clock.now()).toBe(200);
    expect(clock.pending).toBe(0);
  });

  it('ends it in time, and tells it so', async () => {
    const clock = new VirtualClock();
    const signals: AbortSignal[] = [];
    class Shop {
      @gateway('prices', { timeout: 300, retry: false, clock })
      async price(): Promise<number> {
        signals.push(currentCall().signal);
        return new Promise(() => undefined);
      }
    }

    const ended = clock.run(new Shop().price());

    await expect(ended).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      message: 'prices took longer than 300 ms.',
    });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it('gives the fallback that it declares', async () => {
    const clock = new VirtualClock();
    class Shop {
      @gateway('recs', { retry: false, fallback: null, clock })
      async top(): Promise<string[] | null> {
        throw boom;
      }
    }

    expect(await clock.run(new Shop().top())).toBeNull();
  });

  it('is one door for all objects and methods that share it', async () => {
    const clock = new VirtualClock();
    const door = gateway('prices', {
      retry: false,
      circuitBreaker: { consecutive: 2, failureRate: null },
      clock,
    });
    class Shop {
      @door
      async price(): Promise<number> {
        throw boom;
      }

      @door
      static async stock(): Promise<number> {
        return 7;
      }
    }

    await expect(new Shop().price()).rejects.toBe(boom);
    await expect(new Shop().price()).rejects.toBe(boom);

    expect(door.state.circuit).toBe('open');
    await expect(Shop.stock()).rejects.toMatchObject({ code: 'ERR_CIRCUIT_OPEN' });
  });

  it('keeps the look of the method and bears its own name in events', async () => {
    const clock = new VirtualClock();
    const names = new Set<string>();
    const stop = subscribe(({ name }) => names.add(name));
    class Shop {
      @gateway('prices', { retry: { ...exact, maxTries: 4 }, fallback: 0, clock })
      async price(id: number): Promise<number> {
        if (id > 0) throw boom;
        return 0;
      }
    }

    await clock.run(new Shop().price(1));
    stop();

    expect(Shop.prototype.price.name).toBe('price');
    expect(Shop.prototype.price).toHaveLength(1);
    expect(retryPolicyOf(Shop.prototype.price)).toMatchObject({ maxTries: 4 });
    expect([...names]).toEqual(['prices']);
  });

  it('is refused on what is no method', () => {
    const door = gateway('prices') as unknown as (...use: unknown[]) => unknown;

    expect(() => door(class Shop {}, { kind: 'class', name: 'Shop' })).toThrow(/gateway\("prices"\)/);
    expect(() => door(undefined, { kind: 'field', name: 'price' })).toThrow(/price is a field/);
  });
});
