/**
 * What is seen of the outage lab while it runs, on a terminal that is looked at and in a pipe.
 */
import { describe, expect, it } from '@jest/globals';
import { LiveProgress, sparkline } from '../../../src/cli/lab/progress.js';
import { processTerminal } from '../../../src/cli/terminal.js';
import { madeUpRecord } from '../../lab/support/made-up-record.js';

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
    progress.second({ ...run, second: 1, seconds: 10, availability: 1 });
    progress.second({ ...run, second: 2, seconds: 10, availability: 0.5 });
    progress.second({ ...other, second: 1, seconds: 10, availability: null });

    expect(screen()).toEqual([
      expect.stringMatching(/^\(i\) made-up scenario i .* 2\/10 s █▅ +50 %$/),
      expect.stringMatching(/^\(ii\) made-up scenario .* 1\/10 s +–$/),
    ]);
  });

  it('leaves the line of a run that has ended above those that go on', () => {
    const { progress, screen } = watch({ isTTY: true });

    progress.started(run);
    progress.started(other);
    progress.second({ ...other, second: 10, seconds: 10, availability: 1 });
    progress.ended(other);
    progress.second({ ...run, second: 1, seconds: 10, availability: 0 });

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

  it('follows a terminal that is made narrower', () => {
    const stream = { isTTY: true, columns: 120 };
    const { progress, screen } = watch(stream);

    progress.started(run);
    Object.assign(stream, { columns: 50 });
    progress.second({ ...run, second: 1, seconds: 60, availability: 1 });

    expect(screen()[0]!.length).toBeLessThan(50);
  });

  it.each([40, 80, 200])('never writes a line that would wrap at %s columns', (columns) => {
    const { progress, screen } = watch({ isTTY: true, columns });

    progress.started(run);
    for (let second = 1; second <= 60; second++) {
      progress.second({ ...run, second, seconds: 60, availability: 1 });
    }

    expect(screen()).toHaveLength(1);
    expect(screen()[0]!.length).toBeLessThan(columns);
  });
});

describe('the live progress in a pipe', () => {
  it('writes a plain line when a run starts and one when it has ended', () => {
    const { progress, written } = watch({ isTTY: undefined });

    progress.started(run);
    progress.second({ ...run, second: 1, seconds: 2, availability: 1 });
    progress.second({ ...run, second: 2, seconds: 2, availability: 0 });
    progress.ended(run);

    expect(written()).not.toContain(escape);
    expect(written().split('\n')).toEqual([
      '(i) made-up scenario i · made-up none: started',
      expect.stringMatching(/^\(i\) made-up scenario i · made-up none .* 2\/2 s █▁ +0 %$/),
      '',
    ]);
  });

  it('says of a run that is made once more that it is made again', () => {
    const { progress, written } = watch({ isTTY: undefined });

    progress.started(run);
    progress.ended(run);
    progress.started(run, { isAgain: true });

    expect(written()).toContain('(i, again) made-up scenario i · made-up none: started\n');
    expect(written().match(/again/g)).toHaveLength(1);
  });

  it('takes a terminal that can do nothing for a pipe', () => {
    const { progress, written } = watch({ isTTY: true }, { TERM: 'dumb' });

    progress.started(run);
    progress.second({ ...run, second: 1, seconds: 2, availability: 1 });

    expect(written()).toBe('(i) made-up scenario i · made-up none: started\n');
  });
});

function watch(
  stream: { isTTY: boolean | undefined; columns?: number },
  env: Readonly<Record<string, string>> = {},
): { progress: LiveProgress; written: () => string; screen: () => string[] } {
  let text = '';
  const stderr = {
    write: (more: string) => {
      text += more;
    },
    on: () => undefined,
  };
  Object.setPrototypeOf(stderr, stream); // whose width may change
  const stdout = { write: nothingToStdout, on: () => undefined };
  const { scenarios, columns } = madeUpRecord();
  const terminal = processTerminal({ stdout, stderr, env: { NO_COLOR: '1', ...env } });
  return {
    progress: new LiveProgress(terminal, { scenarios, protections: columns }),
    written: () => text,
    screen: () => screenOf(text),
  };
}

function nothingToStdout(): never {
  throw new Error('progress is no answer, and does not go where answers go');
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
