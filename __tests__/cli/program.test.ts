/**
 * What all commands share: help, version, wrong command lines, colours, and a reader that goes away.
 */
import { accessSync, constants, existsSync, mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { type Ended, bin, itOnTerminal, stampede, startOnTerminal, startProgram } from './stampede.js';

const escape = '\u001b';
const manifest = JSON.parse(
  readFileSync(path.resolve(import.meta.dirname, '../../package.json'), 'utf8'),
) as {
  version: string;
  bin: { stampede: string };
};

describe('the command stampede', () => {
  it('is the file that the package names, and can be executed as it is', async () => {
    accessSync(bin, constants.X_OK);

    const { out, code } = await startProgram(bin, ['--version']).ended;

    expect(path.resolve(import.meta.dirname, '../..', manifest.bin.stampede)).toBe(bin);
    expect([out, code]).toEqual([`${manifest.version}\n`, 0]);
  });

  it('explains itself with --help, and names its commands', async () => {
    const { out, err, code } = await stampede(['--help']);

    expect(out).toMatch(/^Usage: stampede \[options\] \[command\]\n/);
    expect(out).toContain('waits [options]');
    expect(out).toContain('exec [options] <command> [arguments...]');
    expect(out).toContain('lab [options] [scenarios...]');
    expect(out).toContain('\nExamples:\n');
    expect([err, code]).toEqual(['', 0]);
  });

  it.each(['waits', 'exec', 'lab'])(
    'explains %s, with examples, in lines that fit a terminal',
    async (command) => {
      const [long, help] = await Promise.all([stampede([command, '--help']), stampede(['help', command])]);

      expect(long).toEqual(help);
      expect(long.out).toMatch(new RegExp(`^Usage: stampede ${command} `));
      expect(long.out).toContain(`  stampede ${command} `);
      expect(long.out.split('\n').filter((line) => line.length > 120)).toEqual([]);
      expect([long.err, long.code]).toEqual(['', 0]);
    },
  );

  it('alone prints its help as the answer to a mistake, with exit code 2', async () => {
    const { out, err, code } = await stampede([]);

    expect(err).toMatch(/^Usage: stampede/);
    expect([out, code]).toEqual(['', 2]);
  });

  it.each([
    ['an unknown command', ['wiats'], "unknown command 'wiats'\n(Did you mean waits?)", 'stampede --help'],
    [
      'an unknown option',
      ['--versoin'],
      "unknown option '--versoin'\n(Did you mean --version?)",
      'stampede --help',
    ],
    [
      'an unknown option of a command',
      ['waits', '--max-tires', '5'],
      "unknown option '--max-tires'\n(Did you mean --max-tries?)",
      'stampede waits --help',
    ],
    [
      'a choice that is none',
      ['waits', '--wait', 'expoo'],
      "option '--wait <generator>' argument 'expoo' is invalid. Allowed choices are expo, fibo,",
      'stampede waits --help',
    ],
    ['a missing argument', ['exec'], "missing required argument 'command'", 'stampede exec --help'],
    ['too many arguments', ['waits', 'expo'], 'too many arguments', 'stampede waits --help'],
  ])('refuses %s with exit code 2, and says where to read on', async (_, args, message, help) => {
    const { out, err, code } = await stampede(args);

    expect(err).toContain(`error: ${message}`);
    expect(err).toMatch(new RegExp(`Run "${help}" for what there is.\n$`));
    expect([out, code]).toEqual(['', 2]);
  });
});

describe('the colours', () => {
  it.each([
    ['are left out of a pipe', ['waits'], {}, false],
    ['are forced by FORCE_COLOR', ['waits'], { FORCE_COLOR: '1' }, true],
    ['are not forced by FORCE_COLOR=0', ['waits'], { FORCE_COLOR: '0' }, false],
    [
      'are forbidden by NO_COLOR, whatever else is said',
      ['waits'],
      { FORCE_COLOR: '1', NO_COLOR: '1' },
      false,
    ],
    ['are not forbidden by an empty NO_COLOR', ['waits'], { FORCE_COLOR: '1', NO_COLOR: '' }, true],
    ['are left out with --no-color', ['waits', '--no-color'], { FORCE_COLOR: '1' }, false],
    ['are left out with --no-color before the command', ['--no-color', 'waits'], { FORCE_COLOR: '1' }, false],
    ['are in the help too', ['--help'], { FORCE_COLOR: '1' }, true],
    ['are left out of a piped help', ['--help'], {}, false],
    ['are never in --json', ['waits', '--json'], { FORCE_COLOR: '1' }, false],
  ])('%s', async (_, args, env, painted) => {
    const { out, code } = await stampede(args, { env });

    expect(out.includes(escape)).toBe(painted);
    expect(code).toBe(0);
  });

  itOnTerminal('are shown on a terminal, and not under NO_COLOR', async () => {
    const onTerminal = (env: NodeJS.ProcessEnv): Promise<Ended> =>
      startOnTerminal('waits', { env: { TERM: 'xterm', ...env } }).ended;

    const [painted, plain] = await Promise.all([onTerminal({}), onTerminal({ NO_COLOR: '1' })]);

    expect(painted.out).toContain(`${escape}[1mtry`);
    expect(plain.out).toContain('try');
    expect(plain.out).not.toContain(escape);
  });
});

describe('a reader that goes away early', () => {
  it('is no fault: nothing is said of it', async () => {
    const command = `"${process.execPath}" "${bin}" waits --max-tries 2000 --tries 2000 --clients 1 --json | head -n 1`;

    const { out, err } = await startProgram('bash', ['-c', `set -o pipefail; ${command}; echo "code $?"`])
      .ended;

    expect(err).toBe('');
    expect(out).toBe('{\ncode 0\n');
  });
});

describe('an answer that cannot be written', () => {
  const hasFull = existsSync('/dev/full');
  (hasFull ? it : it.skip)('is a failure, and we say why', async () => {
    const { err } = await startProgram('sh', [
      '-c',
      `"$@" > /dev/full; echo "code $?" >&2`,
      'sh',
      bin,
      'waits',
    ]).ended;

    expect(err).toBe('error: stdout cannot be written: ENOSPC: no space left on device, write\ncode 1\n');
  });
});

describe('what stampede repeats of a command line', () => {
  const red = '\u001b[31m\u009b31m';

  it.each([
    ['a command', [red], 2],
    ['a flag', ['waits', `--${red}`], 2],
    ['a value', ['waits', '--max-tries', red], 2],
    ['a file', ['check', red], 2],
    ['a file of a policy', ['exec', '--config', red, '--policy', 'x', '--', 'true'], 2],
    ['a policy', ['waits', '--policy', red], 2],
    ['a program', ['exec', '--', red], 127],
  ])('does nothing to the terminal: %s', async (_, args, expected) => {
    const { err, code } = await stampede(args);

    expect(err).toContain('31m');
    expect(err.replaceAll('\n', '')).toMatch(/^\P{C}+$/u);
    expect(code).toBe(expected);
  });
});

describe('a working directory that is gone', () => {
  it.each([['check'], ['check', 'stampede.yml'], ['waits', '--policy', 'x']])(
    'is said to be: stampede %s %s',
    async (...args) => {
      const gone = mkdtempSync(path.join(tmpdir(), 'stampede-gone-'));
      const line = 'cd "$0" && rmdir "$0" && exec "$@"';

      const { err, code } = await startProgram('sh', ['-c', line, gone, process.execPath, bin, ...args])
        .ended;

      expect(err).toContain('The working directory is not there any more');
      expect(code).toBe(2);
    },
  );
});

describe('the examples of the help', () => {
  it.each(['waits', 'exec'])('of %s are understood', async (command) => {
    const { out } = await stampede([command, '--help']);
    const lines = out.split('\n').filter((line) => line.startsWith(`  stampede ${command}`));
    const flagsOf = (line: string): string[] =>
      (line.split(/ -- | {3,}| \| /)[0] as string).trim().split(' ').slice(1);
    const end = command === 'exec' ? ['--', 'true'] : ['--json'];

    const all = await Promise.all(
      lines.map((line) => stampede([...flagsOf(line).filter((flag) => flag !== '--json'), ...end])),
    );

    expect(all.length).toBeGreaterThan(3);
    expect(all.map(({ err, code }) => [err, code])).toEqual(all.map(() => ['', 0]));
  });
});
