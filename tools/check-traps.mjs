/**
 * Does each trap of `__tests__/policies/traps.ts` have a test that ran and passed?
 *
 *     node tools/check-traps.mjs [list] [results]
 *
 * `list` is a module that exports `traps`: number (`T7`) → what goes wrong. `results` defaults to
 * `tmp/test-results.json`, the report of the last `npm test`. A test belongs to a trap when its own title begins with
 * the number, as in `T7: counts a neutral end nowhere`; the kind of function may stand before it (`sync: T7: ...`).
 *
 * Exits with 1 and one line per fault: a trap without a test, a test of a trap that did not pass, a test of a number
 * that is not in the list.
 */
import { Buffer } from 'node:buffer';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { build } from 'esbuild';

const root = path.dirname(import.meta.dirname);
const list = path.resolve(process.argv[2] ?? path.join(root, '__tests__/policies/traps.ts'));
const report = path.resolve(process.argv[3] ?? path.join(root, 'tmp/test-results.json'));

const NUMBER = /^(?:(?:sync|async|promise): )?(T\d+):/;

const traps = await trapsOf(list);
const tests = testsByNumber(JSON.parse(read(report)));
const numbers = Object.keys(traps);
const faults = numbers.flatMap((number) => faultsOf(number, traps[number], tests.get(number) ?? []));
for (const [number, [first]] of tests) {
  if (!(number in traps)) faults.push(`${number} is in no list, but it has a test: "${first.title}".`);
}
if (numbers.length === 0) faults.push(`${path.relative(root, list)} lists no trap.`);

if (faults.length > 0) {
  console.error(faults.join('\n'));
  console.error(`\ntraps: ${faults.length} faults in ${numbers.length} traps.`);
  process.exit(1);
}
console.log(`traps: ${numbers.length} numbers, each with a test that passed.`);

function faultsOf(number, trap, found) {
  if (!/^T\d+$/.test(number)) return [`"${number}" is no number of a trap, such as T7.`];
  if (found.length === 0) return [`${number} has no test: ${trap}.`];
  return found
    .filter(({ status }) => status !== 'passed')
    .map(({ title, status }) => `${number} has a test that is ${status}: "${title}".`);
}

/** number → its tests. */
function testsByNumber({ testResults }) {
  const found = new Map();
  for (const { title, status } of testResults.flatMap(({ assertionResults }) => assertionResults)) {
    const number = NUMBER.exec(title)?.[1];
    if (number === undefined) continue;
    found.set(number, [...(found.get(number) ?? []), { title, status }]);
  }
  return found;
}

/** The list is TypeScript, which not every Node that we support can read. */
async function trapsOf(file) {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'silent',
  }).catch((error) => fail(`cannot read ${path.relative(root, file)}: ${error.message}`));
  const code = Buffer.from(outputFiles[0].contents).toString('base64');
  try {
    const { traps: listed } = await import(`data:text/javascript;base64,${code}`);
    return listed ?? {};
  } catch (error) {
    return fail(error.message); // a number that stands twice
  }
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return fail(`there is no ${path.relative(root, file)} (the report of the last test run).`);
  }
}

function fail(text) {
  console.error(`traps: ${text}`);
  process.exit(1);
}
