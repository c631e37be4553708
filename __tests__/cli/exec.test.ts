/**
 * `stampede exec` as a process: how often it runs a command, what it says, and what it exits with.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bin, stampede, startProgram } from './stampede.js';

/** Waits of a millisecond. */
const fast = ['exec', '--wait', 'constant', '--interval', '1ms', '--jitter', 'none'];

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stampede-test-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** A shell script that writes a letter to a file for each time it runs. */
function script(then: string): string[] {
  return ['--', 'sh', '-c', `printf x >> "$0"; ${then}`, path.join(folder, 'runs')];
}

function runs(): number {
  return readFileSync(path.join(folder, 'runs'), 'utf8').length;
}

describe('stampede exec', () => {
  it('runs a command once that succeeds, gives it our streams and says nothing', async () => {
    const ended = await stampede([...fast, ...script('echo out; echo err >&2')]);

    expect(ended).toEqual({ code: 0, signal: null, out: 'out\n', err: 'err\n' });
    expect(runs()).toBe(1);
  });

  it('runs it again until it succeeds', async () => {
    const { code, err } = await stampede([...fast, ...script('test "$STAMPEDE_ATTEMPT" = 3 || exit 7')]);

    expect(code).toBe(0);
    expect(runs()).toBe(3);
    expect(err).toBe(
      'stampede: sh exited with 7; try 2 of 10 in 1ms\nstampede: sh exited with 7; try 3 of 10 in 1ms\n',
    );
  });

  it('does not try again what SIGPIPE has ended, for nobody reads it any more', async () => {
    const { code, err } = await stampede([...fast, ...script('kill -PIPE $$')]);

    expect(runs()).toBe(1);
    expect(err).toBe('stampede: sh was ended by SIGPIPE; this is not tried again\n');
    expect(code).toBe(141);
  });

  it('says so where the operator has switched retries off, unless it is to be quiet', async () => {
    const env = { STAMPEDE_DISABLED: '1' };

    const { code, err } = await stampede([...fast, ...script('exit 7')], { env });
    const quiet = await stampede([...fast, '--quiet', ...script('exit 7')], { env });
    const well = await stampede([...fast, ...script('exit 0')], { env });

    expect(err).toBe('stampede: sh exited with 7; STAMPEDE_DISABLED is set, so nothing is tried again\n');
    expect([code, runs()]).toEqual([7, 3]);
    expect([quiet.code, quiet.err, well.err]).toEqual([7, '', '']);
  });

  it('shows each default in its help once', async () => {
    const { out } = await stampede(['exec', '--help']);

    expect(out.replace(/\s+/g, ' ')).toMatch(/--kill-after <time> [^(]*\(default: 5s\) --stdin/);
    expect(out).toContain('the first wait (default: 100ms)');
  });

  it('passes on its exit code when the policy gives up, and says why', async () => {
    const { code, err } = await stampede([...fast, '--max-tries', '2', ...script('exit 7')]);

    expect(code).toBe(7);
    expect(runs()).toBe(2);
    expect(err).toBe(
      'stampede: sh exited with 7; try 2 of 2 in 1ms\nstampede: sh exited with 7 at try 2 of 2; no tries are left\n',
    );
  });

  it('passes on the last of several exit codes', async () => {
    const { code } = await stampede([...fast, '--max-tries', '3', ...script('exit "$STAMPEDE_ATTEMPT"')]);

    expect(code).toBe(3);
  });

  it('waits as the policy says', async () => {
    const startedAt = performance.now();
    const { err } = await stampede([
      ...['exec', '--wait', 'constant', '--interval', '100ms,200ms', '--jitter', 'none'],
      ...script('exit 1'),
    ]);

    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(300);
    expect(runs()).toBe(3);
    expect(err).toMatch(
      /try 2 of 10 in 100ms\n.*try 3 of 10 in 200ms\n.*at try 3 of 10; no waits are left\n$/,
    );
  });

  it('plans no try later than maxTime', async () => {
    const args = 'exec --wait constant --interval 10s --jitter none --max-time 4s'.split(' ');

    const { code, err } = await stampede([...args, ...script('sleep 0.1; exit 1')]);

    expect(code).toBe(1);
    expect(runs()).toBe(2);
    expect(err).toMatch(/at try 2 of 10; no time is left\n$/);
  });

  it('tells each try which one it is, and how many there are', async () => {
    const told = script(
      'echo "$STAMPEDE_ATTEMPT of ${STAMPEDE_MAX_TRIES-none}"; test "$STAMPEDE_ATTEMPT" = 2',
    );
    const env = { STAMPEDE_MAX_TRIES: '99' };

    const [limited, unlimited] = await Promise.all([
      stampede([...fast, '--max-tries', '5', ...told]),
      stampede([...fast, '--max-tries', 'unlimited', ...told], { env }),
    ]);

    expect(limited.out).toBe('1 of 5\n2 of 5\n');
    expect(unlimited.out).toBe('1 of none\n2 of none\n');
    expect(unlimited.err).toBe('stampede: sh exited with 1; try 2 in 1ms\n');
  });

  it('gives the command its arguments as they are, with or without --', async () => {
    const args = ['printf', '[%s]', '--max-tries', '--', '$HOME *', '--help'];

    const [after, without] = await Promise.all([
      stampede([...fast, '--', ...args]),
      stampede([...fast, ...args]),
    ]);

    expect(after.out).toBe('[--max-tries][--][$HOME *][--help]');
    expect(without.out).toBe(after.out);
  });
});

describe('which exit codes are tried again', () => {
  it.each([
    ['those of --retry-on', ['--retry-on', '7,28'], 28, 3],
    ['no others than those of --retry-on', ['--retry-on', '7,28'], 1, 1],
    ['all but those of --give-up-on', ['--give-up-on', '2,3'], 1, 3],
    ['not those of --give-up-on', ['--give-up-on', '2,3'], 3, 1],
    ['not those that are in both', ['--retry-on', '7', '--give-up-on', '7'], 7, 1],
    ['not that of Ctrl-C', [], 130, 1],
    ['not that of a pipe that nobody reads', [], 141, 1],
    ['that of such a pipe, if asked for', ['--retry-on', '141'], 141, 3],
    ['that of Ctrl-C, if asked for', ['--retry-on', '130'], 130, 3],
  ])('%s', async (_, flags, exitCode, tries) => {
    const { code, err } = await stampede([
      ...fast,
      '--max-tries',
      '3',
      ...flags,
      ...script(`exit ${exitCode}`),
    ]);

    expect(code).toBe(exitCode);
    expect(runs()).toBe(tries);
    expect(err).toContain(tries === 1 ? 'this is not tried again' : 'no tries are left');
  });

  it('never that of a command which is not there: 127', async () => {
    const { code, err } = await stampede([...fast, '--retry-on', '127', 'no-such-command']);

    expect(code).toBe(127);
    expect(err).toBe('stampede: no-such-command was not found; this is not tried again\n');
  });

  it('never that of a command which cannot be executed: 126', async () => {
    const file = path.join(folder, 'text');
    writeFileSync(file, 'hello', { mode: 0o644 });

    const { code, err } = await stampede([...fast, file]);

    expect(code).toBe(126);
    expect(err).toBe(`stampede: ${file} cannot be executed; this is not tried again\n`);
  });

  it('that of a command which a signal has ended: 128 and its number', async () => {
    const { code, err } = await stampede([...fast, '--max-tries', '2', ...script('kill -KILL $$')]);

    expect(code).toBe(137);
    expect(runs()).toBe(2);
    expect(err).toContain('stampede: sh was ended by SIGKILL; try 2 of 2');
  });
});

describe('a try that takes longer than --timeout', () => {
  it('is ended, and tried again; 124 is what is left in the end', async () => {
    const { code, err } = await stampede([
      ...[...fast, '--max-tries', '2', '--timeout', '2s'],
      ...script('sleep 60; exit 3'),
    ]);

    expect(code).toBe(124);
    expect(runs()).toBe(2);
    expect(err).toBe(
      'stampede: sh took longer than 2s; try 2 of 2 in 1ms\n' +
        'stampede: sh took longer than 2s at try 2 of 2; no tries are left\n',
    );
  });

  it('may end well after it was told to, and has taken too long all the same', async () => {
    const { code } = await stampede([
      ...[...fast, '--max-tries', '1', '--timeout', '200ms'],
      ...script('trap "exit 0" TERM; sleep 60 & wait'),
    ]);

    expect(code).toBe(124);
  });

  it('is killed if it does not end', async () => {
    const { code } = await stampede([
      ...[...fast, '--max-tries', '1', '--timeout', '200ms', '--kill-after', '200ms'],
      ...script('trap "" TERM; sleep 60; sleep 60'),
    ]);

    expect(code).toBe(124);
  });

  it('leaves one that is quick enough alone', async () => {
    const { code, out } = await stampede([...fast, '--timeout', '20s', ...script('echo done')]);

    expect([code, out]).toEqual([0, 'done\n']);
  });
});

describe('stdin', () => {
  const twice = ['sh', '-c', 'cat; test "$STAMPEDE_ATTEMPT" = 2'];

  it('is shared by all tries, and we say so when a try may have used it up', async () => {
    const { out, err } = await stampede([...fast, ...twice], { stdin: 'hello\n' });

    expect(out).toBe('hello\n');
    expect(err).toContain(
      'try 2 of 10 in 1ms\nstampede: what the last try has read of stdin is gone; --stdin replay',
    );
  });

  it('is given whole to each try with --stdin replay', async () => {
    const { out, err } = await stampede([...fast, '--stdin', 'replay', ...twice], { stdin: 'hello\n' });

    expect(out).toBe('hello\nhello\n');
    expect(err).toBe('stampede: sh exited with 1; try 2 of 10 in 1ms\n');
  });

  it('need not be read by the command', async () => {
    const stdin = 'x'.repeat(1_000_000);

    const { code, err } = await stampede([...fast, '--stdin', 'replay', 'true'], { stdin });

    expect([code, err]).toEqual([0, '']);
  });

  it('is kept from it with --stdin none', async () => {
    const { out } = await stampede([...fast, '--stdin', 'none', ...twice], { stdin: 'hello\n' });

    expect(out).toBe('');
  });

  it('is not worth a word where there is nothing to read', async () => {
    const { err } = await stampede([...fast, ...twice]);

    expect(err).toBe('stampede: sh exited with 1; try 2 of 10 in 1ms\n');
  });
});

describe('what exec says', () => {
  it('is nothing with --quiet', async () => {
    const { code, err } = await stampede([...fast, '--quiet', '--max-tries', '2', ...script('exit 1')]);

    expect([code, err]).toEqual([1, '']);
  });

  it('is more with --verbose', async () => {
    const { err } = await stampede([...fast, '--verbose', ...script('test "$STAMPEDE_ATTEMPT" = 2')]);

    expect(err.split('\n')).toEqual([
      'stampede: try 1 of 10: sh',
      'stampede: sh exited with 1; try 2 of 10 in 1ms',
      'stampede: try 2 of 10: sh',
      'stampede: sh succeeded at try 2 of 10',
      '',
    ]);
  });

  it('may not be both', async () => {
    const { code, err } = await stampede([...fast, '--quiet', '--verbose', 'true']);

    expect(code).toBe(2);
    expect(err).toContain("option '-q, --quiet' cannot be used with option '-v, --verbose'");
  });

  it('may be read by nobody', async () => {
    const command = `"$@" 2>&1 >/dev/null | true; echo "code \${PIPESTATUS[0]}"`;

    const { out } = await startProgram('bash', [
      ...['-c', command, 'bash', bin, ...fast, '--max-tries', '20'],
      ...script('exit 5'),
    ]).ended;

    expect(out).toBe('code 5\n');
    expect(runs()).toBe(20);
  });
});
