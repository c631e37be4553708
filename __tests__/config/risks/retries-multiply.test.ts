import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { GatewayFacts } from '../../../src/config/risks/gateway-facts.js';
import { retriesMultiply } from '../../../src/config/risks/retries-multiply.js';
import { factsOf, usualBudget } from './facts-of.js';

type Options = Parameters<typeof factsOf>[0];

/** A gateway with so many tries that calls others. */
const gateway = (name: string, maxTries: number, calls: string[] = [], more: Options = {}): GatewayFacts =>
  factsOf({ name, retry: maxTries === 1 ? undefined : { maxTries }, calls, ...more });

const unpaid = { budget: undefined };

describe('the rule retries-multiply', () => {
  it('multiplies the tries along the way', () => {
    const [finding, ...others] = retriesMultiply([
      gateway('home', 3, ['orders'], unpaid),
      gateway('orders', 3, ['ledger'], unpaid),
      gateway('ledger', 4, [], unpaid),
    ]);

    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'retries-multiply', severity: 'error', path: 'gateways.home' });
    expect(finding!.number).toMatchObject({ value: 36, unit: 'attempts' });
    expect(finding!.number.says).toBe(
      '3 × 3 × 4 = 36 attempts at ledger for one call of home (home → orders → ledger); ' +
        'home, orders, ledger have no budget that ends a call, so an outage keeps 36 for each call.',
    );
  });

  it('says what budgets let last: 1.1 to the power of the layers', () => {
    const [finding] = retriesMultiply([
      gateway('home', 4, ['orders']),
      gateway('orders', 4, ['ledger']),
      gateway('ledger', 4),
    ]);

    expect(finding).toMatchObject({ severity: 'note', number: { value: 64 } });
    expect(finding!.number.says).toContain('let no more than 1.33 for each call last');
  });

  it('reckons with what a retry costs', () => {
    const budget = { ...usualBudget, ratio: 0.4, cost: 2 };
    const [finding] = retriesMultiply([
      gateway('home', 3, ['ledger'], { budget }),
      gateway('ledger', 3, [], { budget }),
    ]);

    expect(finding!.number.says).toContain('let no more than 1.44 for each call last'); // (1 + 0.4 / 2)²
  });

  it.each([
    ['note', usualBudget, usualBudget],
    ['warning', usualBudget, undefined],
    ['warning', { ...usualBudget, whenEmpty: 'slow' }, usualBudget],
    ['error', undefined, undefined],
  ] as const)('is %s with the budgets %j and %j', (severity, first, second) => {
    const [finding] = retriesMultiply([
      gateway('home', 3, ['ledger'], { budget: first }),
      gateway('ledger', 3, [], { budget: second }),
    ]);

    expect(finding!.severity).toBe(severity);
  });

  it('has no word where only one of the way retries', () => {
    const found = retriesMultiply([
      gateway('home', 1, ['orders']),
      gateway('orders', 3, ['ledger']),
      gateway('ledger', 1),
    ]);

    expect(found).toEqual([]);
  });

  it('has no word about gateways that do not call one another', () => {
    expect(retriesMultiply([gateway('home', 3), gateway('orders', 3)])).toEqual([]);
  });

  it('leaves out who is called and is not in the file', () => {
    expect(retriesMultiply([gateway('home', 3, ['elsewhere'])])).toEqual([]);
  });

  it('tells of each end of the ways, and of the worst way to it', () => {
    const found = retriesMultiply([
      gateway('home', 2, ['cheap', 'dear', 'mail']),
      gateway('cheap', 2, ['ledger']),
      gateway('dear', 5, ['ledger']),
      gateway('ledger', 3),
      gateway('mail', 4),
    ]);

    expect(found.map(({ number }) => number.value)).toEqual([30, 8]);
    expect(found[0]!.number.says).toContain('(home → dear → ledger)');
  });

  it('names a circle and what each turn of it multiplies', () => {
    const [circle, way] = retriesMultiply([
      gateway('home', 2, ['orders']),
      gateway('orders', 3, ['prices', 'ledger']),
      gateway('prices', 1, ['orders']),
      gateway('ledger', 4),
    ]);

    expect(circle).toMatchObject({ severity: 'error', gateway: 'orders', number: { value: 3 } });
    expect(circle!.number.says).toBe(
      'calls go in a circle, orders → prices → orders: each turn multiplies the attempts by 3 × 1 = 3, without end.',
    );
    expect(way!.number).toMatchObject({ value: 24 });
  });

  it('tells the circle of one gateway without a product, and does not begin with its name', () => {
    const [circle] = retriesMultiply([gateway('e', 3, ['e'])]);

    expect(circle!.number.says).toBe(
      'calls go in a circle, e → e: each turn multiplies the attempts by 3, without end.',
    );
    expect(circle!.cure).toBe('Break the circle, or set retry: false in e.');
  });

  it('finds a circle that nobody calls from outside, and a gateway that calls itself', () => {
    const found = retriesMultiply([
      gateway('a', 2, ['b']),
      gateway('b', 2, ['a']),
      gateway('self', 3, ['self']),
    ]);

    expect(found.map(({ number }) => number.says.split(/, |:/)[1])).toEqual(['self → self', 'a → b → a']);
  });

  it('only notes a circle in which nothing is retried', () => {
    const [circle] = retriesMultiply([gateway('a', 1, ['b']), gateway('b', 1, ['a'])]);

    expect(circle!.severity).toBe('note');
  });

  it('multiplies tries without a bound', () => {
    const [finding] = retriesMultiply([gateway('home', Infinity, ['ledger'], unpaid), gateway('ledger', 3)]);

    expect(finding!.number.value).toBe(Infinity);
    expect(finding!.number.says).toContain('unlimited × 3 = unlimited attempts');
  });

  it('takes the most tries of what is configured under one name', () => {
    const found = retriesMultiply([
      gateway('home', 2, ['ledger']),
      { ...gateway('home', 5), path: 'gateways.home.http' },
      gateway('ledger', 3),
    ]);

    expect(found).toMatchObject([{ path: 'gateways.home.http', number: { value: 15 } }]);
  });

  it('is done at once with many diamonds', () => {
    const layers = Array.from({ length: 60 }, (_, layer) =>
      ['a', 'b'].map((side) =>
        gateway(`${side}${layer}`, 2, layer === 59 ? [] : [`a${layer + 1}`, `b${layer + 1}`]),
      ),
    ).flat();

    const found = retriesMultiply(layers);

    expect(found.map(({ number }) => number.value)).toEqual(Array(4).fill(Number((2 ** 60).toPrecision(12))));
  });

  it('agrees with a walk over all the ways, whatever calls whom', () => {
    const graph = fc.array(
      fc.record({ tries: fc.integer({ min: 2, max: 5 }), calls: fc.nat({ max: 255 }) }),
      {
        minLength: 2,
        maxLength: 7,
      },
    );
    fc.assert(
      fc.property(graph, (nodes) => {
        // Each calls only later ones, by the bits of `calls`: no circles.
        const calls = nodes.map((node, from) =>
          nodes.flatMap((_, to) => (to > from && (node.calls >> to) % 2 === 1 ? [to] : [])),
        );
        const all = nodes.map(({ tries }, index) =>
          gateway(
            `g${index}`,
            tries,
            calls[index]!.map((to) => `g${to}`),
          ),
        );
        const called = new Set(calls.flat());
        const worst = new Map<string, number>();
        const walk = (from: number, at: number, attempts: number): void => {
          const product = attempts * nodes[at]!.tries;
          if (calls[at]!.length === 0 && at !== from) {
            const key = `g${from} g${at}`;
            worst.set(key, Math.max(worst.get(key) ?? 0, product));
          }
          for (const to of calls[at]!) walk(from, to, product);
        };
        for (const index of nodes.keys()) if (!called.has(index)) walk(index, index, 1);

        const found = retriesMultiply(all).map(({ gateway: from, number }) => [
          `${from} ${/attempts at (\w+)/.exec(number.says)![1]}`,
          number.value,
        ]);

        expect(new Map(found as [string, number][])).toEqual(worst);
      }),
    );
  });
});
