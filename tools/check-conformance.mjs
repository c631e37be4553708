/**
 * Does each promise of `docs/conformance.md` name a test that ran and passed?
 *
 *     node tools/check-conformance.mjs [page] [results]
 *
 * `page` defaults to `docs/conformance.md`, `results` to `tmp/test-results.json`, the report of the last
 * `npm test`. Every row of every table on the page must have
 *
 * - one cell that is, or begins with, its mark: *same*, *adapted* or *deliberately different*;
 * - at least one link to a test: [`title`](../__tests__/folder/file.test.ts). The title is that of `it()`,
 *   or the full name with its `describe()`s; all tests of that name in that file must have passed;
 * - if it is deliberately different, the line of the design that says so, “in quotation marks”.
 *
 * Exits with 1 and one line per fault. Rows that are not promises do not belong in a table there.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);
const page = path.resolve(process.argv[2] ?? path.join(root, 'docs/conformance.md'));
const report = path.resolve(process.argv[3] ?? path.join(root, 'tmp/test-results.json'));

const MARK = /^(same|adapted|deliberately different)(?=$|\s*[:;,.(–—-])/i;
const LINK = /\[(`+)(.+?)\1\]\(([^)\s]+)\)/g;
const QUOTE = /“[^”]{3,}”|"[^"]{3,}"/;

const rows = tableRows(read(page, 'the table of behaviours'));
const statuses = testStatuses(JSON.parse(read(report, 'the report of the last test run')));
const faults = rows.flatMap(({ line, cells }) =>
  faultsOf(cells).map((fault) => `${path.relative(root, page)}:${line} ${fault}`),
);
if (rows.length === 0) faults.push(`${path.relative(root, page)} has no table row.`);

if (faults.length > 0) {
  console.error(faults.join('\n'));
  console.error(`\nconformance: ${faults.length} faults in ${rows.length} rows.`);
  process.exit(1);
}
console.log(`conformance: ${rows.length} rows, each with a test that passed.`);

function faultsOf(cells) {
  const text = cells.join(' | ');
  const marks = cells
    .map((cell) => MARK.exec(cell.replaceAll(/[*_]/g, '').trim())?.[1].toLowerCase())
    .filter(Boolean);
  const links = [...text.matchAll(LINK)].map(([, , title, href]) => ({ title: title.trim(), href }));
  const found = [];
  if (marks.length !== 1) {
    found.push(`needs one mark (same, adapted, deliberately different); it has ${marks.length}.`);
  }
  if (marks.includes('deliberately different') && !QUOTE.test(text.replaceAll(LINK, ''))) {
    found.push('is deliberately different and quotes no line of the design.');
  }
  if (links.length === 0) found.push('links to no test.');
  for (const { title, href } of links) {
    const file = path.resolve(path.dirname(page), href.replace(/#.*/, ''));
    const status = statuses.get(file)?.get(title);
    const test = `"${title}" in ${path.relative(root, file)}`;
    if (!statuses.has(file)) found.push(`names a file that was not run: ${test}.`);
    else if (status === undefined) found.push(`names a test that is not there: ${test}.`);
    else if (status !== 'passed') found.push(`names a test that is ${status}: ${test}.`);
  }
  return found;
}

/** The rows below a `|---|` line, as cells; `\|` is a bar within a cell. */
function tableRows(markdown) {
  const found = [];
  let inTable = false;
  for (const [index, text] of markdown.split('\n').entries()) {
    const isRow = text.trimStart().startsWith('|');
    if (isRow && inTable) {
      const cells = text
        .trim()
        .replace(/^\|/, '')
        .replace(/\|$/, '')
        .split(/(?<!\\)\|/);
      found.push({ line: index + 1, cells: cells.map((cell) => cell.replaceAll('\\|', '|').trim()) });
    }
    inTable = isRow && (inTable || /^[\s|:-]+$/.test(text));
  }
  return found;
}

/** file → title or full name → `passed`, or the status of one that did not pass. */
function testStatuses({ testResults }) {
  const files = new Map();
  for (const { name, assertionResults } of testResults) {
    const titles = files.get(name) ?? new Map();
    for (const { title, fullName, status } of assertionResults) {
      for (const known of new Set([title, fullName])) {
        if (!titles.has(known) || status !== 'passed') titles.set(known, status);
      }
    }
    files.set(name, titles);
  }
  return files;
}

function read(file, what) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    console.error(`conformance: there is no ${path.relative(root, file)} (${what}).`);
    process.exit(1);
  }
}
