/**
 * `stampede exec` when somebody asks it to end: with its command, with all that the command has started, and for good.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type Run,
  bin,
  gone,
  isRunning,
  itOnTerminal,
  start,
  startOnTerminal,
  startProgram,
} from './stampede.js';

const signals = [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const;

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stampede-test-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Starts a shell script under `exec`, which announces its processes with `tell name pid` and itself with `ready`. */
function startScript(then: string, flags: readonly string[] = []): Run {
  const tell = `ulimit -c 0; tell() { echo "$2" > "$0/$1"; }; echo x >> "$0/runs"; tell shell $$; ready() { echo ready; };`;
  const exec = ['exec', '--wait', 'constant', '--interval', '1ms', ...flags];
  return start([...exec, '--', 'sh', '-c', `${tell} ${then}`, folder]);
}

function pid(name: string): number {
  return Number(readFileSync(path.join(folder, name), 'utf8'));
}

function runs(): number {
  return readFileSync(path.join(folder, 'runs'), 'utf8').split('\n').length - 1;
}

describe('a signal while the command runs', () => {
  it.each(signals)(
    '%s goes on to the command, ends the tries, and is in the exit code',
    async (signal, code) => {
      const run = startScript('tell sleep $$; ready; exec sleep 60');
      await run.says('ready');

      process.kill(run.pid, signal);
      const ended = await run.ended;

      expect(ended).toMatchObject({ code, signal: null });
      expect(ended.err).toBe(`stampede: ${signal}: waiting for sh to end; once more to kill it\n`);
      expect(isRunning(pid('sleep'))).toBe(false);
      expect(runs()).toBe(1);
    },
  );

  it.each(signals)('%s reaches what the command has started, in the background too', async (signal, code) => {
    const run = startScript('sleep 60 & tell sleep $!; ready; wait', ['--kill-after', 'unlimited']);
    await run.says('ready');

    process.kill(run.pid, signal);
    const ended = await run.ended;

    expect(ended.code).toBe(code);
    expect([isRunning(pid('shell')), isRunning(pid('sleep'))]).toEqual([false, false]);
  });

  it('leaves the command the time that it needs to end well, and its exit code is not ours', async () => {
    const run = startScript('trap "sleep 0.3; tell cleaned 1; exit 0" TERM; sleep 60 & ready; wait');
    await run.says('ready');

    process.kill(run.pid, 'SIGTERM');
    const ended = await run.ended;

    expect(pid('cleaned')).toBe(1);
    expect(ended.code).toBe(143);
    expect(runs()).toBe(1);
  });

  it('is followed by SIGKILL for those who ignore it', async () => {
    const run = startScript('trap "" TERM; sleep 60 & tell sleep $!; ready; wait; sleep 60', [
      '--kill-after',
      '300ms',
    ]);
    await run.says('ready');

    process.kill(run.pid, 'SIGTERM');
    const ended = await run.ended;

    expect(ended.code).toBe(143);
    expect([isRunning(pid('shell')), isRunning(pid('sleep'))]).toEqual([false, false]);
  });

  it('is followed by SIGKILL for a grandchild that ignores it, when its parent has gone', async () => {
    const stubborn = `sh -c 'trap "" TERM INT; sleep 60; sleep 60' & tell stubborn $!`;
    const run = startScript(`${stubborn}; ready; wait`, ['--kill-after', '300ms']);
    await run.says('ready');

    process.kill(run.pid, 'SIGTERM');
    const ended = await run.ended;

    expect(ended.code).toBe(143);
    expect(isRunning(pid('stubborn'))).toBe(false);
  });

  it('kills at once when it comes a second time', async () => {
    const run = startScript('trap "" TERM; sleep 60 & tell sleep $!; ready; wait; sleep 60', [
      '--kill-after',
      'unlimited',
    ]);
    await run.says('ready');

    process.kill(run.pid, 'SIGTERM');
    await run.says('once more to kill it');
    process.kill(run.pid, 'SIGINT');
    const ended = await run.ended;

    expect(ended.code).toBe(143);
    expect([isRunning(pid('shell')), isRunning(pid('sleep'))]).toEqual([false, false]);
  });

  it('ends a try that is being ended by --timeout, too', async () => {
    const run = startScript('trap "echo told" TERM; ready; while :; do sleep 0.05; done', [
      ...['--timeout', '2s', '--kill-after', '2s'],
    ]);
    await run.says('told');

    process.kill(run.pid, 'SIGTERM');
    const ended = await run.ended;

    expect(ended.code).toBe(143);
    expect(isRunning(pid('shell'))).toBe(false);
    expect(runs()).toBe(1);
  });
});

describe('a signal while it waits', () => {
  it.each(signals)('%s ends the wait at once, and no try follows', async (signal, code) => {
    const run = startScript('exit 7', ['--interval', '60s', '--jitter', 'none']);
    await run.says('try 2 of 10 in 1.0m');

    process.kill(run.pid, signal);
    const ended = await run.ended;

    expect(ended).toMatchObject({ code, signal: null });
    expect(ended.err).toMatch(new RegExp(`${signal}: no further try\n$`));
    expect(runs()).toBe(1);
  });
});

describe('a signal while stdin is read for --stdin replay', () => {
  it('ends it', async () => {
    const run = start(['exec', '--verbose', '--stdin', 'replay', 'true'], { stdin: 'open' });
    run.type('first bytes');
    await isListening(run.pid);

    process.kill(run.pid, 'SIGHUP');
    const { code, err } = await run.ended;

    expect(code).toBe(129);
    expect(err).toBe('stampede: SIGHUP: no further try\n');
  });
});

describe('Ctrl-C, which a terminal sends to all in the foreground', () => {
  itOnTerminal('ends the command and the tries, and is not sent on a second time', async () => {
    const command = `sh -c 'trap "echo told; sleep 0.2; exit 3" INT; echo ready; while :; do sleep 0.1; done'`;
    const run = startOnTerminal(`exec -- ${command}`);
    await run.says('ready');

    run.type('\u0003');
    const ended = await run.ended;

    expect(ended.code).toBe(130);
    expect(ended.out.match(/told/g)).toHaveLength(1);
  });
});

describe('SIGINT on a terminal, sent to stampede alone', () => {
  itOnTerminal('is sent on to a command that has not heard of it', async () => {
    const command = `sh -c 'echo $$ > "${folder}/sleep"; echo ready; exec sleep 60'`;
    const run = startOnTerminal(`exec -- ${command}`);
    await run.says('ready');

    process.kill(parentOf(pid('sleep')), 'SIGINT');
    const ended = await run.ended;

    expect(ended.code).toBe(130);
    expect(isRunning(pid('sleep'))).toBe(false);
  });
});

describe('an end that nobody planned', () => {
  it('leaves no child behind when stampede itself fails', async () => {
    const program = `
      import { existsSync, readFileSync } from 'node:fs';
      import { exec } from ${JSON.stringify(path.resolve(bin, '../exec/run.js'))};
      const file = ${JSON.stringify(path.join(folder, 'sleep'))};
      setInterval(() => {
        if (existsSync(file) && readFileSync(file, 'utf8').endsWith('\\n')) throw new Error('a fault of ours');
      }, 20);
      const nobody = () => {};
      const report = { starts: nobody, backsOff: nobody, givesUp: nobody, succeeds: nobody, interrupted: nobody };
      await exec({
        command: 'sh', args: ['-c', 'sleep 60 & echo $! > "$0/sleep"; wait', ${JSON.stringify(folder)}],
        policy: { wait: () => ({ next: () => ({ value: 1 }) }), maxTries: 3, maxTime: Infinity },
        timeout: Infinity, killAfter: 5000, stdin: 'none', foreground: false, isRetried: () => true,
      }, report);
    `;
    const run = startProgram(process.execPath, ['--input-type=module', '-e', program]);

    const ended = await run.ended;

    expect(ended.err).toContain('a fault of ours');
    expect(ended.code).toBe(1);
    await gone(pid('sleep'));
    expect(isRunning(pid('sleep'))).toBe(false);
  });
});

/** Resolves once a process catches SIGHUP, as `exec` does and Node by itself does not. */
async function isListening(pid: number): Promise<void> {
  const caught = (): bigint =>
    BigInt(`0x${/SigCgt:\s*(\w+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]}`);
  while ((caught() & 1n) === 0n) await pause(20);
}

function parentOf(child: number): number {
  return Number(/PPid:\s*(\d+)/.exec(readFileSync(`/proc/${child}/status`, 'utf8'))![1]);
}
