import { describe, expect, it } from '@jest/globals';
import colours from 'picocolors';
import { type Environment, LiveProgress, boundsTable, coloursOf, sparkline } from '../../src/lab/terminal.js';
import { madeUpRecord } from './support/made-up-record.js';

const escape = '\u001b';

const run = { scenario: 'i', protection: 'none' } as const;
const other = { scenario: 'ii', protection: 'full' } as const;

describe('sparkline', () => {
  it('shows all as a full bar, nothing as an empty one, and what is between as neither', () => {
    expect(sparkline([1, 0.999, 0.5, 0.001, 0, null])).toBe('█▇▅▂▁ ');
  });
});

describe('the live progress on a terminal', () => {
  it('draws a line for each running run, and draws it again when a second is over', () => {
    const { progress, screen } = watch({ isTTY: true });

    progress.started(run);
    progress.started(other);
    progress.told({ ...run, second: 1, seconds: 10, availability: 1 });
    progress.told({ ...run, second: 2, seconds: 10, availability: 0.5 });
    progress.told({ ...other, second: 1, seconds: 10, availability: null });

    expect(screen()).toEqual([
      expect.stringMatching(/^\(i\) made-up scenario i .* 2\/10 s █▅ +50 %$/),
      expect.stringMatching(/^\(ii\) made-up scenario .* 1\/10 s +–$/),
    ]);
  });

  it('leaves the line of a run that has ended above those that go on', () => {
    const { progress, screen } = watch({ isTTY: true });

    progress.started(run);
    progress.started(other);
    progress.told({ ...other, second: 10, seconds: 10, availability: 1 });
    progress.ended(other);
    progress.told({ ...run, second: 1, seconds: 10, availability: 0 });

    expect(screen()).toEqual([
      expect.stringMatching(/^\(ii\) .* 10\/10 s █ +100 %$/),
      expect.stringMatching(/^\(i\) .* 1\/10 s ▁ +0 %$/),
    ]);
  });

  it('takes away the lines of runs that were stopped', () => {
    const { progress, screen } = watch({ isTTY: true });

    progress.started(run);
    progress.stop();

    expect(screen()).toEqual([]);
  });

  it.each([40, 80, 200])('never writes a line that would wrap at %s columns', (columns) => {
    const { progress, screen } = watch({ isTTY: true, columns });

    progress.started(run);
    for (let second = 1; second <= 60; second++) {
      progress.told({ ...run, second, seconds: 60, availability: 1 });
    }

    expect(screen()).toHaveLength(1);
    expect(screen()[0]!.length).toBeLessThan(columns);
  });
});

describe('the live progress in a pipe', () => {
  it('writes a plain line when a run starts and one when it has ended', () => {
    const { progress, written } = watch({ isTTY: undefined });

    progress.started(run);
    progress.told({ ...run, second: 1, seconds: 2, availability: 1 });
    progress.told({ ...run, second: 2, seconds: 2, availability: 0 });
    progress.ended(run);

    expect(written()).not.toContain(escape);
    expect(written().split('\n')).toEqual([
      '(i) made-up scenario i · made-up none: started',
      expect.stringMatching(/^\(i\) made-up scenario i · made-up none .* 2\/2 s █▁ +0 %$/),
      '',
    ]);
  });

  it('takes a terminal that can do nothing for a pipe', () => {
    const { progress, written } = watch({ isTTY: true }, { TERM: 'dumb' });

    progress.started(run);
    progress.told({ ...run, second: 1, seconds: 2, availability: 1 });

    expect(written()).toBe('(i) made-up scenario i · made-up none: started\n');
  });
});

describe('colours', () => {
  it.each<[string, boolean, Environment, boolean]>([
    ['a terminal', true, {}, true],
    ['a pipe', false, {}, false],
    ['a terminal under NO_COLOR', true, { NO_COLOR: '1' }, false],
    ['a terminal under an empty NO_COLOR', true, { NO_COLOR: '' }, true],
    ['a pipe under FORCE_COLOR', false, { FORCE_COLOR: '1' }, true],
    ['a pipe under FORCE_COLOR=0', false, { FORCE_COLOR: '0' }, false],
    ['both under NO_COLOR and FORCE_COLOR', true, { NO_COLOR: '1', FORCE_COLOR: '1' }, false],
  ])('on %s', (_, isTTY, env, expected) => {
    const output = { write: () => true, isTTY };

    expect(coloursOf(output, env).isColorSupported).toBe(expected);
  });
});

describe('the table of bounds', () => {
  it('has a row for each bound, with its verdict and what was measured', () => {
    const rows = boundsTable(madeUpRecord().bounds, colours.createColors(false)).split('\n');

    expect(rows.filter((row) => /✓ pass .*at least 99 % │ +100 %/.test(row))).toHaveLength(1);
    expect(rows.filter((row) => /✗ FAIL .*at most 1.1 × │ +4 ×/.test(row))).toHaveLength(1);
  });
});

function watch(
  output: { isTTY: boolean | undefined; columns?: number },
  env: Environment = {},
): { progress: LiveProgress; written: () => string; screen: () => string[] } {
  let text = '';
  const write = (more: string): void => {
    text += more;
  };
  return {
    progress: new LiveProgress({ write, ...output }, { NO_COLOR: '1', ...env }, madeUpRecord()),
    written: () => text,
    screen: () => screenOf(text),
  };
}

/** What a terminal shows after this: it knows "so many lines up" and "clear from here on", and no more. */
function screenOf(text: string): string[] {
  const lines: string[] = [];
  let row = 0;
  for (const part of text.replaceAll(`\r${escape}[J`, `${escape}J`).split(escape)) {
    const [, up, rest = ''] = /^\[(\d+)A(.*)$/s.exec(part) ?? [undefined, undefined, part];
    if (up !== undefined) row -= Number(up);
    const isClear = rest.startsWith('J');
    if (isClear) lines.length = row;
    for (const line of rest
      .slice(isClear ? 1 : 0)
      .split('\n')
      .slice(0, -1))
      lines[row++] = line;
  }
  return lines;
}
