import { describe, expect, it } from '@jest/globals';
import { overload } from '../../../src/config/risks/overload.js';
import { factsOf, usualBudget } from './facts-of.js';

const bare = { budget: undefined, breaker: undefined };
const of = (rate: number) => ({ load: { rate, capacity: 1000 } });

describe('the rule overload', () => {
  it('multiplies the load by the tries', () => {
    const [finding] = overload(factsOf({ ...bare, ...of(600) }));

    expect(finding).toMatchObject({ rule: 'overload', severity: 'error' });
    expect(finding!.number).toMatchObject({ value: 1.8, unit: 'capacity' });
    expect(finding!.number.says).toContain('ρ × n = 0.6 × 3 = 1.8');
  });

  it.each([
    [3, 333, 0],
    [3, 334, 1],
    [2, 499, 0],
    [2, 500, 1],
  ])('draws the line at ρ × n = 1: %s tries at %s of 1000: %s findings', (maxTries, rate, findings) => {
    expect(overload(factsOf({ ...bare, ...of(rate), retry: { maxTries } }))).toHaveLength(findings);
  });

  it('names the tries that the load allows', () => {
    const [finding] = overload(factsOf({ ...bare, ...of(300), retry: { maxTries: 10 } }));

    expect(finding!.cure).toContain('set max_tries: 3'); // 0.3 × 3 < 1 < 0.3 × 4
  });

  it.each([
    ['circuit breaker', { budget: undefined }],
    ['throttle', { ...bare, isThrottled: true }],
  ])('is a warning where a %s takes load away', (relief, given) => {
    const [finding] = overload(factsOf({ ...given, ...of(600) }));

    expect(finding!.severity).toBe('warning');
    expect(finding!.number.says).toContain(`only the ${relief} ever takes load away`);
  });

  it('goes by what a budget bounds it to', () => {
    const below = overload(factsOf(of(909)));
    const [above] = overload(factsOf(of(950)));

    expect(below).toEqual([]); // 1.1 × 0.909 = 0.9999
    expect(above).toMatchObject({ severity: 'warning', number: { value: 1.045 } });
    // 28,500 calls in 30 s of outage, of which 10,000 are answered in time, at 50 to spare in a second: 370 s.
    expect(above!.number.says).toContain('the backlog takes 6.17 min to drain');
    expect(above!.cure).toContain('ratio below 0.05');
  });

  it('does not speak of a ratio where no ratio would help', () => {
    const [finding] = overload(factsOf(of(995)));

    expect(finding!.cure).toBe('Give the service more capacity.');
  });

  it('does not count on a budget that never ends a call', () => {
    const [finding] = overload(factsOf({ ...of(600), budget: { ...usualBudget, whenEmpty: 'slow' } }));

    expect(finding!.number.value).toBe(1.8);
    expect(finding!.number.says).toContain('with a budget that never ends a call');
  });

  it('says what first attempts alone are too many', () => {
    const [finding] = overload(factsOf({ ...of(1000), retry: undefined }));

    expect(finding).toMatchObject({ severity: 'error', number: { value: 1 } });
  });

  it.each([
    ['a service that nobody calls', { load: { rate: 0, capacity: 0 } }],
    ['a rate alone', { load: { rate: 600 } }],
    ['a capacity alone', { load: { capacity: 1000 } }],
    ['calls that are not retried', { ...of(999), retry: undefined }],
  ])('has no word about %s', (_, given) => {
    expect(overload(factsOf({ ...bare, ...given }))).toEqual([]);
  });

  it('knows tries without a bound', () => {
    const [finding] = overload(factsOf({ ...bare, ...of(1), retry: { maxTries: Infinity } }));

    expect(finding).toMatchObject({ severity: 'error', number: { value: Infinity } });
  });
});
