/**
 * The door `stampede-js/testing` under the test runners that people use: small suites, run as real processes, that
 * import the built package by its name (`npm run build` first).
 */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const here = import.meta.dirname;
const modules = path.resolve(here, '../../../node_modules');

const jestConfig = { rootDir: here, testMatch: ['**/jest.cjs'], transform: {}, cache: false };
const jest = (more: object = {}): string[] => [
  path.join(modules, 'jest/bin/jest.js'),
  '--config',
  JSON.stringify({ ...jestConfig, ...more }),
];

interface Runner {
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** How many tests it says have passed. */
  readonly passed: RegExp;
  readonly tests: number;
}

const vitestConfig = path.join(here, 'vitest.config.mjs');
const runners: Record<string, Runner> = {
  'node --test': {
    args: ['--test', path.join(here, 'node-test.mjs')],
    passed: /^(?:#|ℹ) pass (\d+)$/m,
    tests: 10,
  },
  vitest: {
    args: [path.join(modules, 'vitest/vitest.mjs'), 'run', '--config', vitestConfig],
    passed: /Tests .*?(\d+) passed/,
    tests: 10,
  },
  jest: { args: jest(), passed: /^Tests: .*?(\d+) passed/m, tests: 10 },
  'jest with all timers faked from the start': {
    args: jest({ fakeTimers: { enableGlobally: true } }),
    env: { GLOBAL: '1' },
    passed: /^Tests: .*?(\d+) passed/m,
    tests: 3,
  },
};

interface Run {
  readonly code: number | string | null | undefined;
  readonly output: string;
}

/** Runs a program of Node's, for a minute at the most. */
function run({ args, env }: Runner, more: Readonly<Record<string, string>> = {}): Promise<Run> {
  // What this runner has put into the environment is not for the one inside of it.
  const ours = ['NODE_OPTIONS', 'JEST_WORKER_ID', 'NODE_TEST_CONTEXT', 'NODE_ENV'];
  const rest = Object.fromEntries(
    Object.entries(process.env).filter(([variable]) => !ours.includes(variable)),
  );
  const options = { cwd: here, timeout: 60_000, env: { ...rest, NO_COLOR: '1', CI: '1', ...env, ...more } };
  return new Promise((resolve) => {
    execFile(process.execPath, [...args], options, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, output: stdout + stderr });
    });
  });
}

describe.each(Object.entries(runners))('under %s', (name, runner) => {
  it('scopes, scripts and clocks do what they promise', async () => {
    const { code, output } = await run(runner);

    expect({ code, passed: runner.passed.exec(output)?.[1], output }).toMatchObject({
      code: 0,
      passed: `${runner.tests}`,
    });
  }, 70_000);

  // With all timers faked from the start no case runs side by side.
  if (name.includes('faked')) return;

  it('a case that is broken fails, so that the others mean something', async () => {
    const { code, output } = await run(runner, { BROKEN: '1' });

    expect({ code, passed: runner.passed.exec(output)?.[1] }).toEqual({
      code: 1,
      passed: `${runner.tests - 4}`,
    });
  }, 70_000);
});
