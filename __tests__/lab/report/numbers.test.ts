import { describe, expect, it } from '@jest/globals';
import { availability } from '../../../src/lab/report/availability.js';
import { linearScale, timeScale } from '../../../src/lab/report/scale.js';
import { escaped, percent, scriptJson, time, times, unbroken } from '../../../src/lab/report/text.js';

describe('availability', () => {
  const counts = { fresh: 10, answered: 4, degraded: 3, unauthorised: 1, refused: 1, failed: 1 };

  it('takes 401 for a good answer, and a degraded page for one where that is asked for', () => {
    expect(availability(counts, { withDegraded: false })).toBe(50);
    expect(availability(counts, { withDegraded: true })).toBe(80);
  });

  it('is unknown where no page was asked for', () => {
    expect(availability({ ...counts, fresh: 0 }, { withDegraded: true })).toBeNull();
  });
});

describe('a scale', () => {
  it.each([
    [
      [0, 3],
      ['0', '1', '2', '3'],
    ],
    [[47], ['0', '10', '20', '30', '40', '50']],
    [
      [293, null],
      ['0', '100', '200', '300'],
    ],
    [[], ['0', '1']],
  ])('goes from 0 to a round number above %j', (values, texts) => {
    const { max, ticks } = linearScale(values, '');

    expect(ticks.map(({ text }) => text)).toEqual(texts);
    expect(max).toBe(Number(texts.at(-1)));
  });

  it.each([
    [
      [20, 3000],
      ['10 ms', '100 ms', '1 s', '10 s'],
    ],
    [
      [0.3, 40, null],
      ['1 ms', '10 ms', '100 ms'],
    ],
    [[], ['10 ms', '100 ms', '1 s']],
  ])('of times goes in powers of ten around %j', (values, texts) => {
    expect(timeScale(values).ticks.map(({ text }) => text)).toEqual(texts);
  });
});

describe('texts', () => {
  it('never round a loss away, nor what is left', () => {
    expect([100, 99.96, 97.5, 0, null].map(percent)).toEqual(['100 %', '99.9 %', '97.5 %', '0 %', '–']);
    expect(percent(0.04)).toBe('0.1 %');
  });

  it('bring their unit', () => {
    expect([38.4, 999, 999.7, 1250, null].map(time)).toEqual(['38 ms', '999 ms', '1 s', '1.25 s', '–']);
    expect([times(341, 100), times(1, 0)]).toEqual(['3.41 ×', '–']);
  });

  it('have no line break between a number and its unit', () => {
    expect(unbroken('at least 0.8 ×, at most 10.0 %')).toBe('at least 0.8\u00A0×, at most 10.0\u00A0%');
    expect(unbroken('up to 0.7 s of 250 ms')).toBe('up to 0.7\u00A0s of 250\u00A0ms');
    expect(unbroken('4 attempts')).toBe('4 attempts');
  });

  it('hold nothing that a browser takes for markup', () => {
    expect(escaped(`<a href="x">&'`)).toBe('&lt;a href=&quot;x&quot;&gt;&amp;&#39;');
    expect(JSON.parse(scriptJson('</script>'))).toBe('</script>');
    expect(scriptJson('</script>')).not.toContain('<');
  });
});
