/**
 * The bench's command line.
 *
 * For each suite it starts one fresh process per contender and round, the rounds interleaved so that a slow
 * minute of the machine hits all contenders; takes medians; prints a table and writes JSON.
 */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import os from 'node:os';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { cpuClock } from './lib/cpu.mjs';
import { progress, suiteTable, targetTable } from './lib/print.mjs';
import { ask } from './lib/processes.mjs';
import { summary } from './lib/statistics.mjs';
import { suites } from './suites/index.mjs';
import { targets } from './targets.mjs';

const HELP = `Measures stampede-js beside its peers and beside hand-written floors.

  node run.mjs [options]          (build stampede-js first: npm run build, one folder up)

  --suite a,b    only these suites (http: all that begin so): ${suites.map(({ name }) => name).join(' ')}
  --only a,b     only contenders with one of these in their names, and those they are compared with
  --rounds n     processes per contender, in place of each suite's own number
  --quick        shorter and fewer rounds: some five minutes, for a first look
  --json file    where the results go (default results/latest.json)
  --check        exit code 1 when a target is missed
  --help
`;

const { values: flags } = parseArgs({
  options: {
    suite: { type: 'string', multiple: true },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'string', default: fileURLToPath(new URL('results/latest.json', import.meta.url)) },
    check: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (flags.help) {
  console.log(HELP);
} else {
  process.exitCode = await main();
}

async function main() {
  const chosen = chooseSuites(list(flags.suite));
  const rounds = chooseRounds();
  const { contenders, faults } = await ask({});
  for (const { message } of faults) complain(message);

  const startedAt = performance.now();
  const report = { ...(await circumstances(contenders)), suites: {}, targets: [], problems: [] };
  report.problems.push(...faults);
  for (const suite of chosen) {
    const outcome = await runSuite(suite, takingPart(suite, contenders), rounds ?? suite.rounds);
    report.suites[suite.name] = {
      title: suite.title,
      rounds: outcome.rounds,
      seconds: outcome.seconds,
      rows: outcome.rows,
    };
    report.targets.push(...outcome.targets);
    report.problems.push(...outcome.problems);
    progress('');
    console.log(suiteTable({ ...suite, rows: outcome.rows }));
    for (const { message } of outcome.problems) complain(message);
  }
  report.seconds = secondsSince(startedAt);

  if (report.targets.length > 0) console.log(targetTable(report.targets));
  await mkdir(dirname(flags.json), { recursive: true });
  await writeFile(flags.json, `${JSON.stringify(report, null, 2)}\n`);
  console.log(
    `\n${report.node} on ${report.cpu}, ${report.seconds} s; ratios count, absolute times are this machine's.`,
  );

  const missed = report.targets.filter(({ ok }) => !ok);
  return report.problems.length > 0 || (flags.check && missed.length > 0) ? 1 : 0;
}

async function runSuite(suite, contenders, { full, quick }) {
  const startedAt = performance.now();
  const rounds = flags.quick ? quick : full;
  const results = new Map(contenders.map(({ name }) => [name, []]));
  const problems = [];

  for (let round = 0; round < rounds; round++) {
    const inThisRound = new Map();
    for (const contender of rotated(contenders, round)) {
      progress(`${suite.name}, round ${round + 1} of ${rounds}: ${contender.name}`);
      const job = { suite: suite.name, contender, quick: flags.quick };
      const { result, fault } = await ask(job, suite.nodeFlags);
      if (fault === undefined) inThisRound.set(contender.name, result);
      else problems.push({ message: `${suite.name}: ${contender.name}: ${fault}` });
    }
    for (const [name, result] of inThisRound) {
      results.get(name).push({ ...result, ...suite.derive?.(result, inThisRound) });
    }
  }

  const rows = contenders
    .filter(({ name }) => results.get(name).length > 0)
    .map((contender) => toRow(suite, contender, results.get(contender.name)))
    .sort(byMainColumn(suite));
  const reached = rows.flatMap((row) =>
    row.targets.map((target) => ({ suite: suite.name, contender: row.contender, ...target })),
  );
  return { rounds, seconds: secondsSince(startedAt), rows, targets: reached, problems };
}

/** The medians of a contender's rounds, and how they stand to its targets. */
function toRow(suite, { name, kind, notes }, results) {
  const metrics = Object.fromEntries(
    suite.columns.map(({ key }) => [key, summary(results.map((result) => result[key]))]),
  );
  const own = targets.filter((target) => target.suite === suite.name && target.contender === name);
  return {
    contender: name,
    kind,
    note: notes?.[suite.name],
    metrics,
    targets: own.map(({ metric, atMost }) => ({
      metric,
      label: suite.columns.find(({ key }) => key === metric).label,
      value: metrics[metric].median,
      atMost,
      ok: metrics[metric].median <= atMost,
    })),
  };
}

function byMainColumn({ columns }) {
  const { key } = columns.find(({ main }) => main);
  return (a, b) => a.metrics[key].median - b.metrics[key].median;
}

function takingPart(suite, contenders) {
  const wanted = list(flags.only);
  const asked = ({ name }) => wanted.length === 0 || wanted.some((part) => name.includes(part));
  return contenders.filter(
    (contender) =>
      contender.offers.includes(suite.needs) && (asked(contender) || suite.anchors.includes(contender.name)),
  );
}

/** Each round begins with another contender, so that none is always first on a cold machine. */
function rotated(items, by) {
  const at = by % items.length;
  return [...items.slice(at), ...items.slice(0, at)];
}

function chooseSuites(asked) {
  const http = suites.map(({ name }) => name).filter((name) => name.startsWith('http-'));
  const names = asked.flatMap((name) => (name === 'http' ? http : [name]));
  for (const name of names) {
    if (!suites.some((suite) => suite.name === name)) {
      fail(`There is no suite "${name}"; there are ${suites.map((suite) => suite.name).join(', ')}.`);
    }
  }
  return names.length === 0 ? suites : suites.filter(({ name }) => names.includes(name));
}

function secondsSince(startedAt) {
  return Math.round((performance.now() - startedAt) / 1000);
}

function chooseRounds() {
  if (flags.rounds === undefined) return undefined;
  const rounds = Number(flags.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) {
    fail(`--rounds must be a whole number of 1 or more; got "${flags.rounds}".`);
  }
  return { full: rounds, quick: rounds };
}

/** What else a reader of the numbers must know. */
async function circumstances(contenders) {
  const packages = new Set(
    contenders.filter(({ kind }) => kind === 'peer').map((peer) => peer.package ?? peer.name),
  );
  const versions = { 'stampede-js': await version('../package.json') };
  for (const name of packages) versions[name] = await version(`node_modules/${name}/package.json`);
  return {
    date: new Date().toISOString(),
    node: `Node ${process.versions.node}`,
    cpu: `${os.cpus()[0]?.model ?? 'an unknown CPU'} (${os.cpus().length} cores, ${os.platform()} ${os.arch()})`,
    cpuClock,
    quick: flags.quick,
    versions,
  };
}

async function version(path) {
  try {
    return JSON.parse(await readFile(new URL(path, import.meta.url), 'utf8')).version;
  } catch {
    return null;
  }
}

function list(flag = []) {
  return flag
    .flatMap((names) => names.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '');
}

function complain(text) {
  progress('');
  console.error(`! ${text}`);
}

function fail(text) {
  console.error(text);
  process.exit(2);
}
