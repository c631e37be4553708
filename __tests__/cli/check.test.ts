/**
 * `stampede check` as a process: what it prints of a file, and what it ends with.
 */
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ruleNames } from '../../src/config/risks/finding.js';
import { type Ended, bin, stampede, startProgram } from './stampede.js';

let folder: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'stampede-test-')));
});

afterEach(() => rmSync(folder, { recursive: true }));

/** Runs it where a file of this text is found. */
function check(text: string, args: readonly string[] = [], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  writeFileSync(path.join(folder, 'stampede.yml'), text);
  return stampede(['check', ...args], { cwd: folder, env });
}

const good = 'gateways: { ledger: { timeout: 2s } }';
const warned = 'gateways: { ledger: { deadline: 5s } }'; // the usual timeout is 10 s
const noted = 'gateways: { ledger: { retry: { max_tries: 5 } } }';
const bad = 'gateways: { ledger: { retry: { jitter: none } } }';
const worse = `
gateways:
  home: { calls: [ledger], budget: false }
  ledger:
    retry: { jitter: none }
    budget: false
    upstream: { rate: 40/s, capacity: 60/s }
`;

describe('stampede check', () => {
  it('has nothing to say against a good file', async () => {
    const { out, err, code } = await check(good);

    expect(out).toBe('stampede.yml: 1 gateway; no risk found.\n');
    expect([err, code]).toEqual(['', 0]);
  });

  it('prints findings below their gateway, with the rule, the number and the cure', async () => {
    const { out, err, code } = await check(bad);

    expect(out).toBe(
      [
        'gateways.ledger',
        '  error    no-jitter',
        '    Of 1,000 clients that fail together, 1,000 make retry 1 within the same 10 ms; with full jitter it would be about 100.',
        '    → Set jitter: full (the default), or leave jitter out.',
        '',
        'stampede.yml: 1 gateway; 1 error.',
        '',
      ].join('\n'),
    );
    expect([err, code]).toEqual(['', 1]);
  });

  it('groups the findings of several gateways, and sums them up', async () => {
    const { out, code } = await check(worse);

    const lines = out.split('\n');
    expect(lines.filter((line) => /^gateways/.test(line))).toEqual(['gateways.home', 'gateways.ledger']);
    expect(lines.filter((line) => /^ {2}\w/.test(line))).toEqual([
      '  error    retries-multiply',
      '  error    no-jitter',
      '  warning  overload',
    ]);
    expect(lines.at(-2)).toBe('stampede.yml: 2 gateways; 2 errors, 1 warning.');
    expect(code).toBe(1);
  });

  it('prints all faults at once, each with its place in the file', async () => {
    const { out, err, code } = await check(
      'gateways:\n  ledger:\n    timeout: 5\n    retry: { max_trys: 3 }\n',
    );

    const lines = err.split('\n');
    expect(out).toBe('');
    expect(lines).toHaveLength(3);
    expect(lines[0]).toMatch(/^error: stampede\.yml:3:5 gateways\.ledger\.timeout .*; got 5/);
    expect(lines[1]).toMatch(
      /^error: stampede\.yml:4:14 gateways\.ledger\.retry\.max_trys .*did you mean max_tries\?/,
    );
    expect(code).toBe(2);
  });

  it('finds the file as the library does: above, or where STAMPEDE_CONFIG says', async () => {
    writeFileSync(path.join(folder, 'other.yml'), bad);
    const below = path.join(folder, 'deep', 'down');
    mkdirSync(below, { recursive: true });
    const named = await check(good, [], { STAMPEDE_CONFIG: 'other.yml' });
    const above = await stampede(['check'], { cwd: below });

    expect(named.out).toContain('other.yml: 1 gateway; 1 error.');
    expect(above.out).toBe(`${folder}/stampede.yml: 1 gateway; no risk found.\n`);
  });

  it('takes a file that is named instead', async () => {
    writeFileSync(path.join(folder, 'other.yml'), bad);

    const { out, code } = await check(good, ['other.yml']);

    expect(out).toContain('other.yml: 1 gateway; 1 error.');
    expect(code).toBe(1);
  });

  it('does not take a check of nothing for a check', async () => {
    const nothing = await stampede(['check'], { cwd: folder });
    const missing = await check(good, ['nowhere.yml']);

    expect(nothing.err).toMatch(/^error: there is no stampede\.yml .*; name a file\.\n$/);
    expect(missing.err).toBe('error: nowhere.yml is not there\n');
    expect([nothing.code, missing.code]).toEqual([2, 2]);
  });
});

describe('the exit code of stampede check', () => {
  it.each([
    ['nothing', good, [], 0],
    ['a note', noted, ['--strict'], 0],
    ['a warning', warned, [], 0],
    ['a warning, strictly', warned, ['--strict'], 1],
    ['an error', bad, [], 1],
    ['an error of a rule that is left out', bad, ['--ignore', 'no-jitter'], 0],
    ['an error of another rule than is asked for', bad, ['--rule', 'overload'], 0],
    ['a fault', 'gateways: 7', [], 2],
  ] as const)('for %s is as documented', async (_, text, args, code) => {
    expect((await check(text, args)).code).toBe(code);
  });
});

describe('the flags of stampede check', () => {
  it('choose among the rules', async () => {
    const rulesIn = async (...args: string[]): Promise<string[]> => {
      const { out } = await check(worse, args);
      return [...out.matchAll(/^ {2}\w+ +([\w-]+)$/gm)].map(([, rule]) => rule!);
    };

    expect(await rulesIn('--rule', 'overload')).toEqual(['overload']);
    expect(await rulesIn('--rule', 'overload', '--rule', 'no-jitter')).toEqual(['no-jitter', 'overload']);
    expect(await rulesIn('--ignore', 'overload,no-jitter', 'stampede.yml')).toEqual(['retries-multiply']);
  });

  it.each([
    ['--rule', 'no-jiter', 'Did you mean no-jitter?'],
    ['--ignore', 'overload,,', 'The rules are unbounded-retries, no-jitter,'],
    ['--ignore', 'cheese', 'There is no rule "cheese". The rules are'],
  ])('are checked: %s %s', async (flag, value, said) => {
    const { err, code } = await check(good, [flag, value]);

    expect(err).toContain(said);
    expect(code).toBe(2);
  });

  it('give JSON with the same keys always', async () => {
    const finding = JSON.parse((await check(bad, ['--json'])).out) as unknown;
    const clean = JSON.parse((await check(good, ['--json'])).out) as unknown;
    const fault = JSON.parse((await check('gateways: 7', ['--json'])).out) as unknown;

    const file = `${folder}/stampede.yml`;
    expect(finding).toEqual({
      file,
      faults: [],
      findings: [
        {
          rule: 'no-jitter',
          severity: 'error',
          gateway: 'ledger',
          path: 'gateways.ledger',
          value: 1000,
          unit: 'clients',
          says: expect.stringContaining('1,000 clients'),
          cure: expect.stringContaining('jitter: full'),
        },
      ],
    });
    expect(clean).toEqual({ file, faults: [], findings: [] });
    expect(fault).toEqual({
      file,
      faults: [
        {
          file,
          line: 1,
          column: 1,
          path: 'gateways',
          value: '7',
          allowed: 'must be a map of gateways by name',
          didYouMean: null,
        },
      ],
      findings: [],
    });
  });

  it('write null for what has no bound', async () => {
    const { out } = await check(
      'gateways: { ledger: { retry: { max_tries: unlimited }, budget: false, circuit_breaker: false } }',
      ['--json', '--rule', 'unguarded-retries'],
    );

    expect(JSON.parse(out)).toMatchObject({ findings: [{ value: null }] });
  });

  it('exit with JSON on stdout as without', async () => {
    expect((await check(bad, ['--json'])).code).toBe(1);
    expect((await check('gateways: 7', ['--json'])).code).toBe(2);
    expect((await check(good, ['--json', 'nowhere.yml'])).code).toBe(2);
  });
});

describe('the output of stampede check', () => {
  it('has colours only where somebody sees them', async () => {
    const piped = await check(bad);
    const forced = await check(bad, [], { FORCE_COLOR: '1' });
    const refused = await check(bad, [], { FORCE_COLOR: '1', NO_COLOR: '1' });
    const plain = await check(bad, ['--no-color'], { FORCE_COLOR: '1' });

    expect(piped.out).not.toContain('\u001b');
    expect(forced.out).toContain('\u001b[31merror');
    expect(refused.out).not.toContain('\u001b');
    expect(plain.out).not.toContain('\u001b');
  });

  it('survives a reader that goes away', async () => {
    writeFileSync(path.join(folder, 'stampede.yml'), worse);

    const { err } = await startProgram('bash', ['-c', `"$0" "$1" check | head -1`, process.execPath, bin], {
      cwd: folder,
    }).ended;

    expect(err).toBe('');
  });
});

describe('docs/check.md', () => {
  it('shows what the command prints for the file that it shows', async () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/check.md'), 'utf8');
    const [, file, shown] =
      /^```yaml\n(# stampede\.yml\n[^`]*)```\n\n```console\n\$ stampede check\n([^`]*)```$/m.exec(page)!;

    const { out } = await check(file!);

    expect(out).toBe(shown);
  });

  it('explains every rule', async () => {
    const page = readFileSync(path.resolve(import.meta.dirname, '../../docs/check.md'), 'utf8');
    const explained = [...page.matchAll(/^### ([a-z-]+)$/gm)].map(([, rule]) => rule);

    expect(explained.toSorted()).toEqual([...ruleNames].sort());
  });
});
