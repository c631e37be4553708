/** Does the check of `docs/conformance.md` notice a promise without a test? */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const tool = path.resolve(import.meta.dirname, '../../tools/check-conformance.mjs');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'conformance-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('tools/check-conformance.mjs', () => {
  it.each([
    ['a title', '| waits | *same* | [`waits`](a.test.ts) |'],
    ['a full name', '| waits | same | [`retry waits`](a.test.ts) |'],
    ['a reason after the mark', '| waits | *adapted*: in milliseconds | [`waits`](a.test.ts) |'],
    [
      'a difference that quotes the design',
      '| waits | deliberately different: “ten tries” | [`waits`](a.test.ts) |',
    ],
    ['a bar in a title', '| waits | same | [`a \\| b`](a.test.ts) |'],
  ])('accepts a row with %s', (_, row) => {
    expect(check(row)).toEqual({ status: 0, text: expect.stringContaining('1 rows') });
  });

  it.each([
    ['no link', '| waits | same | waits |', 'links to no test'],
    ['no mark', '| waits | fine | [`waits`](a.test.ts) |', 'needs one mark'],
    ['two marks', '| same | same | [`waits`](a.test.ts) |', 'needs one mark'],
    ['a title nobody bears', '| waits | same | [`wait`](a.test.ts) |', 'not there'],
    ['a file that did not run', '| waits | same | [`waits`](b.test.ts) |', 'not run'],
    ['a failed test', '| waits | same | [`breaks`](a.test.ts) |', 'failed'],
    ['a skipped test', '| waits | same | [`waits`](a.test.ts) [`later`](a.test.ts) |', 'pending'],
    ['a name that passes once and fails once', '| waits | same | [`twice`](a.test.ts) |', 'failed'],
    [
      'a difference without a quotation',
      '| w | deliberately different | [`waits`](a.test.ts) |',
      'quotes no',
    ],
  ])('refuses a row with %s', (_, row, fault) => {
    expect(check(row)).toEqual({ status: 1, text: expect.stringContaining(fault) });
  });

  it('refuses a page without a row, and a page that is not there', () => {
    expect(check('').status).toBe(1);
    expect(spawnSync(process.execPath, [tool, path.join(folder, 'none.md')]).status).toBe(1);
  });
});

function check(row: string): { status: number | null; text: string } {
  const page = path.join(folder, 'page.md');
  const report = path.join(folder, 'results.json');
  const test = (title: string, status: string) => ({ title, fullName: `retry ${title}`, status });
  writeFileSync(page, `# Conformance\n\n| behaviour | mark | test |\n| --- | :-: | --- |\n${row}\n`);
  writeFileSync(
    report,
    JSON.stringify({
      testResults: [
        {
          name: path.join(folder, 'a.test.ts'),
          assertionResults: [
            test('waits', 'passed'),
            test('a | b', 'passed'),
            test('breaks', 'failed'),
            test('later', 'pending'),
            test('twice', 'passed'),
            test('twice', 'failed'),
          ],
        },
      ],
    }),
  );

  const { status, stdout, stderr } = spawnSync(process.execPath, [tool, page, report], { encoding: 'utf8' });
  return { status, text: stdout + stderr };
}
