/**
 * One measurement in a process of its own: `node lib/child.mjs '{"suite":"happy",...}'`.
 *
 * Without a suite it tells who takes part, so that the process which runs the bench never loads a contender.
 * The answer is the last line on stdout. Then the process ends hard: some suites leave 100,000 waits behind.
 */
import { writeSync } from 'node:fs';

const job = JSON.parse(process.argv[2] ?? '{}');

function reply(answer) {
  writeSync(1, `\n${JSON.stringify(answer)}\n`);
  process.exit(0);
}

try {
  if (job.suite === undefined) {
    const { describeAll } = await import('./contenders.mjs');
    reply(await describeAll());
  }
  const { suite, contender } = await prepare();
  reply({ result: await suite.run(contender, { quick: job.quick }) });
} catch (error) {
  reply({ fault: error instanceof Error ? error.message : String(error) });
}

async function prepare() {
  const { default: suite } = await import(`../suites/${job.suite}.mjs`);
  if (suite.isolated) return { suite, contender: job.contender };
  const { load } = await import('./contenders.mjs');
  const contenders = await load(job.contender.file);
  return { suite, contender: contenders.find(({ name }) => name === job.contender.name) };
}
