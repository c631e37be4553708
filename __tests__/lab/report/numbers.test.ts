import { describe, expect, it } from '@jest/globals';
import { linearScale, timeScale } from '../../../src/lab/report/scale.js';
import { escaped, scriptJson, unbroken } from '../../../src/lab/report/text.js';

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
