import { describe, expect, it } from '@jest/globals';
import { availability } from '../../src/lab/availability.js';

describe('availability', () => {
  const counts = { fresh: 10, answered: 4, degraded: 3, unauthorised: 1, refused: 1, failed: 1 };

  it('takes 401 for a good answer, and a degraded page for one where that is asked for', () => {
    expect(availability(counts, { withDegraded: false })).toBe(0.5);
    expect(availability(counts, { withDegraded: true })).toBe(0.8);
  });

  it('is unknown where no page was asked for', () => {
    expect(availability({ ...counts, fresh: 0 }, { withDegraded: true })).toBeNull();
  });
});
