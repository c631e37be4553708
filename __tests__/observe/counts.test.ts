import { describe, expect, it } from '@jest/globals';
import { BoundedTexts, Counts } from '../../src/observe/counts.js';

describe('BoundedTexts', () => {
  it('lets the first texts through and calls all later ones other', () => {
    const texts = new BoundedTexts(2);

    const given = ['a', 'b', 'c', 'a', 'd', 'b'].map((text) => texts.of(text));

    expect(given).toEqual(['a', 'b', 'other', 'a', 'other', 'b']);
  });
});

describe('Counts', () => {
  it('bounds what names and errors may come to together', () => {
    const counts = new Counts();

    for (let name = 0; name < 100; name++) {
      for (let error = 0; error < 100; error++) counts.add(`name ${name}`, '', `E_${error}`);
    }

    const all = [...counts];
    expect(all).toHaveLength(2000 + 80);
    expect(all.at(-1)).toEqual({ name: 'name 99', what: '', error: '_OTHER', times: 100 });
    expect(all.reduce((sum, { times }) => sum + times, 0)).toBe(10_000);
  });

  it('counts by name, by what happened and by error', () => {
    const counts = new Counts();

    for (const [name, what, error] of [
      ['ping', 'giveup', 'ECONNRESET'],
      ['ping', 'giveup', 'RangeError'],
      ['ping', 'giveup', 'ECONNRESET'],
      ['pong', 'giveup', 'ECONNRESET'],
      ['ping', '', ''],
    ] as const) {
      counts.add(name, what, error);
    }

    expect([...counts].map(({ name, what, error, times }) => [name, what, error, times])).toEqual([
      ['ping', 'giveup', 'ECONNRESET', 2],
      ['ping', 'giveup', 'RangeError', 1],
      ['ping', '', '', 1],
      ['pong', 'giveup', 'ECONNRESET', 1],
    ]);
  });
});
