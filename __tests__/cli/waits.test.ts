/**
 * `stampede waits` as a process: what it prints, and what it refuses.
 */
import { describe, expect, it } from '@jest/globals';
import { stampede } from './stampede.js';

describe('stampede waits', () => {
  it('shows the default policy of withRetry', async () => {
    const { out, err, code } = await stampede(['waits']);

    expect(out).toMatch(/^expo \(factor 100ms, maxValue 10s\), full jitter, 10 tries\n\n/);
    expect(rowOf(out, 10)).toEqual(expect.arrayContaining(['10', '10.0s']));
    expect([err, code]).toEqual(['', 0]);
  });

  it.each([
    ['', 'expo (factor 100ms, maxValue 10s)'],
    [' --factor 1s', 'expo (factor 1s, maxValue 10s)'],
    [' --max-value unlimited', 'expo (factor 100ms, maxValue unlimited)'],
  ])('starts --wait expo%s from the waits of a command', async (flags, words) => {
    const { out } = await stampede(`waits --wait expo${flags} --clients 1`.split(' '));

    expect(out.split('\n')[0]).toBe(`${words}, full jitter, 10 tries`);
  });

  it('draws a table, a chart and what it comes to', async () => {
    const { out } = await stampede(
      'waits --wait expo --factor 1s --base 3 --max-tries 4 --jitter none'.split(' '),
    );

    const lines = out.split('\n').map((line) => line.replace(/█+/, (bar) => `[${bar.length}]`));
    expect(lines).toEqual([
      'expo (factor 1s, maxValue 10s, base 3), no jitter, 4 tries',
      '',
      'try  wait up to   min  median   p95   max  starts at  latest',
      '  1           -     -       -     -     -        0ms     0ms',
      '  2        1.0s  1.0s    1.0s  1.0s  1.0s       1.0s    1.0s',
      '  3        3.0s  3.0s    3.0s  3.0s  3.0s       4.0s    4.0s',
      '  4        9.0s  9.0s    9.0s  9.0s  9.0s      13.0s   13.0s',
      '',
      'The longest wait before each try',
      '',
      '2 [8] 1.0s',
      '3 [24] 3.0s',
      '4 [72] 9.0s',
      '',
      'A client gives up after 13.0s on average, 13.0s in 95 % of cases, 13.0s at most.',
      'The time of the attempts comes on top.',
      'All 1000 clients give up after try 4: there are no more.',
      '',
    ]);
  });

  it('says what maxTime cuts off', async () => {
    const { out } = await stampede('waits --wait fibo --max-time 4s --max-tries 6 --jitter none'.split(' '));

    expect(rowOf(out, 4)).toEqual(['4', '2.0s', '2.0s', '2.0s', '2.0s', '2.0s', '4.0s', '4.0s', '1000']);
    expect(rowOf(out, 5)).toEqual(['5', '3.0s', '-', '-', '-', '-', '-', '-', '0']);
    expect(out).toContain(
      'All 1000 clients give up because 4s is over.\nTries 5 to 6 are never made within 4s.\n',
    );
  });

  it('shows the first tries of a policy that never ends', async () => {
    const { out } = await stampede('waits --wait decorrelated --max-tries unlimited --tries 3'.split(' '));

    expect(out).toMatch(/^decorrelated, no jitter, unlimited tries\n/);
    expect(rowOf(out, 3)).not.toEqual([]);
    expect(rowOf(out, 4)).toEqual([]);
    expect(out).toContain('The first 3 tries take ');
    expect(out).toContain('All 1000 clients would go on after try 3, where this table ends.');
  });

  it('fits a terminal of 80 columns', async () => {
    const { out } = await stampede('waits --max-time 5s --max-tries 12'.split(' '));

    expect(out.split('\n').filter((line) => line.length > 80)).toEqual([]);
  });

  it('gives --json to programs, the same for the same seed', async () => {
    const args = 'waits --json --wait random --min 1s --max 2s --max-tries 3 --seed 7'.split(' ');

    const [first, again, other] = await Promise.all([
      stampede(args),
      stampede(args),
      stampede([...args, '--seed', '8']),
    ]);

    const told = JSON.parse(first.out) as { tries: { wait: { min: number; max: number } }[] };
    expect(told).toMatchObject({
      policy: { wait: 'random (min 1s, max 2s)', jitter: 'none', maxTries: 3, maxTime: null },
      clients: 1000,
      seed: 7,
      attempt: 0,
      ends: { maxTries: 1000 },
    });
    expect(told.tries).toHaveLength(3);
    expect(told.tries[1]!.wait.min).toBeGreaterThanOrEqual(1000);
    expect(told.tries[1]!.wait.max).toBeLessThanOrEqual(2000);
    expect(again.out).toBe(first.out);
    expect(other.out).not.toBe(first.out);
  });

  it.each([
    ['constant', '--interval 100ms,250ms', 'constant (interval 100ms, 250ms)', ['100ms', '250ms']],
    [
      'linear',
      '--initial 1s --step 500ms --max-value 1800ms',
      'linear (initial 1s, step 500ms, maxValue 1.8s)',
      ['1.0s', '1.5s', '1.8s'],
    ],
    [
      'decay',
      '--initial 10s --decay-factor 0.5 --min-value 5s',
      'decay (initial 10s, decayFactor 0.5, minValue 5s)',
      ['10.0s', '6.1s', '5.0s'],
    ],
    ['fibo', '--initial 0 --max-value 1s', 'fibo (initial 0ms, maxValue 1s)', ['0ms', '1.0s', '1.0s']],
    ['decorrelated', '--base 1s --max-value 5s', 'decorrelated (base 1s, maxValue 5s)', ['3.0s', '5.0s']],
  ])('knows %s', async (wait, flags, words, bounds) => {
    const { out } = await stampede(['waits', '--wait', wait, ...flags.split(' '), '--jitter', 'none']);

    expect(out).toContain(`${words}, no jitter, 10 tries\n`);
    expect(bounds.map((_, index) => rowOf(out, index + 2)[1])).toEqual(bounds);
  });

  it.each([
    ['equal', '', 'equal jitter', 500, 1000],
    ['proportional', '--jitter-ratio 0.1', 'proportional (ratio 0.1) jitter', 900, 1100],
    ['random', '--jitter-max 200ms', 'random (max 200ms) jitter', 1000, 1200],
  ])('knows the jitter %s', async (jitter, flags, words, least, most) => {
    const args = ['waits', '--json', '--wait', 'constant', '--max-tries', '2', '--jitter', jitter];
    const { out } = await stampede([...args, ...flags.split(' ').filter((flag) => flag !== '')]);

    const { policy, tries } = JSON.parse(out) as {
      policy: { jitter: string };
      tries: { wait: { min: number; max: number } }[];
    };
    expect(`${policy.jitter} jitter`).toBe(words);
    expect(tries[1]!.wait.min).toBeGreaterThanOrEqual(least);
    expect(tries[1]!.wait.min).toBeLessThan(least + 20);
    expect(tries[1]!.wait.max).toBeLessThanOrEqual(most);
    expect(tries[1]!.wait.max).toBeGreaterThan(most - 20);
  });

  it.each([
    [
      '--factor 300 --wait expo',
      "option '--factor <time>' argument '300' is invalid. A time needs a unit: write 300ms or 300s.",
    ],
    [
      '--max-time 60',
      "option '--max-time <time>' argument '60' is invalid. A time needs a unit: write 60ms or 60s.",
    ],
    ['--max-tries 0', 'It must be a whole number of 1 or more.'],
    ['--wait fibo --base 3', '--base belongs to --wait expo or decorrelated, not to --wait fibo.'],
    ['--factor 1s', '--factor belongs to --wait expo, and there is no --wait.'],
    [
      '--jitter full --jitter-ratio 0.5',
      '--jitter-ratio belongs to --jitter proportional, not to --jitter full.',
    ],
    [
      '--wait decorrelated --base 2',
      "option '--base <number|time>' argument '2' is invalid. A time needs a unit",
    ],
    ['--wait random --min 5s --max 1s', 'min must not be above max, which is 1000; got 5000.'],
    ['--wait random --distribution even', 'Allowed choices are normal, uniform.'],
  ])('refuses %s', async (flags, message) => {
    const { out, err, code } = await stampede(['waits', ...flags.split(' ')]);

    expect(err).toContain(`error: `);
    expect(err).toContain(message);
    expect([out, code]).toEqual(['', 2]);
  });
});

/** The cells of the row of one try; none where there is no such row. */
function rowOf(out: string, tries: number): string[] {
  const table = out.slice(out.indexOf('try  '), out.indexOf('\n\n', out.indexOf('try  ')));
  const line = table.split('\n').find((one) => Number(/^ *(\d+) /.exec(one)?.[1]) === tries);
  return (line ?? '')
    .trim()
    .split(/ +/)
    .filter((cell) => cell !== '');
}
