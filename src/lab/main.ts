/**
 * The main job: a real service that fails, and clients that get through to it.
 *
 *     npm start                      every client gets through; exit code 0
 *     npm start -- --break=queue     this outage never ends, so its client gives up; exit code 1
 *
 * Read on in `client.ts`, which is what you would write yourself.
 */
import { parseArgs } from 'node:util';
import { type Row, metricsTable, seconds, storyTable } from './report.js';
import { type Scenario, scenarios } from './scenarios.js';
import { startService } from './start-service.js';
import { causeOf, numbersOf } from './watch.js';

const broken = parseArgs({ options: { break: { type: 'string' } } }).values.break;
const known = scenarios.map(({ outage }) => outage);
if (broken !== undefined && !known.some((outage) => outage === broken)) {
  console.error(`--break must be one of ${known.join(', ')}; got "${broken}".`);
  process.exit(1);
}

const startedAt = performance.now();
const rows: Row[] = [];
const { url, pid, stop } = await startService(broken);
console.log(`A failing service runs as process ${pid} at ${url}\n`);
try {
  for (const scenario of scenarios) rows.push(await play(scenario));
} finally {
  await stop();
}

console.log(`\n${storyTable(rows)}\n\n${metricsTable(rows)}\n`);
const stuck = rows.filter(({ ok }) => !ok);
for (const { name, outcome } of stuck) console.error(`${name} did not get through: ${outcome}`);
if (stuck.length === 0) console.log(`Everything got through in ${seconds(performance.now() - startedAt)}.`);
else process.exitCode = 1;

/** Makes the call of a scenario. It never throws: how the call ended is in the row. */
async function play({ outage, told, face, name, call }: Scenario): Promise<Row> {
  const service = outage === broken ? `never recovers (${outage})` : told;
  const calledAt = performance.now();
  const ended = await call(url).then(
    (got) => ({ ok: true, outcome: got }),
    (error: unknown) => ({ ok: false, outcome: `${String(error)}${causeOf(error)}` }),
  );
  return { service, face, name, numbers: numbersOf(name), took: performance.now() - calledAt, ...ended };
}
