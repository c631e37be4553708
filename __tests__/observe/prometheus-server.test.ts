/**
 * A real Prometheus that scrapes a real program, and the alert rules of the documentation: `npm run build` first.
 *
 * Needs `prometheus` and `promtool` on the PATH (Debian's package `prometheus` has both); skipped, and says so, where
 * they are not.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');

/** Milliseconds until Prometheus must have answered as expected. */
const PATIENCE = 40_000;

const missing = ['prometheus', 'promtool'].filter((program) => !isOnPath(program));
const skipped = missing.length === 0 ? '' : ` (skipped: no ${missing.join(' and no ')} on the PATH)`;
const describeWhere = missing.length === 0 ? describe : describe.skip;

function isOnPath(program: string): boolean {
  return (process.env['PATH'] ?? '').split(path.delimiter).some((folder) => {
    try {
      accessSync(path.join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** A shop that shows its metrics: one service that fails now and then, and one that is gone. */
const shop = `
  import { createServer } from 'node:http';
  import { register } from 'prom-client';
  import { circuitBreaker, constant, gateway, withRetry } from 'stampede-js';
  import { observeWithPrometheus } from 'stampede-js/observe/prometheus';

  observeWithPrometheus();

  let calls = 0;
  const fetchPrice = withRetry(async (id) => {
    if ((calls += 1) % 2 === 1) throw new Error('reset of ' + id);
    return 42;
  }, { name: 'fetchPrice', wait: constant(40), jitter: null });

  const stock = gateway('stock', {
    retry: { wait: constant(5) },
    circuitBreaker: { consecutive: 3, openTime: '1h' },
  });

  setInterval(() => void fetchPrice('secret-id'), 50);
  setInterval(() => stock.run(() => Promise.reject(new Error('gone'))).catch(() => {}), 100);

  const server = createServer(async (request, response) => {
    response.setHeader('content-type', register.contentType).end(await register.metrics());
  });
  server.listen(0, '127.0.0.1', () => console.log(server.address().port));
`;

describeWhere(`a real Prometheus${skipped}`, () => {
  let folder: string;
  let url: string;
  let program: ChildProcess;
  let prometheus: ChildProcess;
  let log = '';

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stampede-prometheus-'));
    program = spawn(process.execPath, ['--input-type=module', '--eval', shop], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const port = await firstLine(program);
    const config = `
global: { scrape_interval: 1s, scrape_timeout: 1s, evaluation_interval: 1s }
scrape_configs:
  - job_name: shop
    static_configs: [{ targets: ['127.0.0.1:${port}'] }]
`;
    await writeFile(path.join(folder, 'prometheus.yml'), config);
    const address = `127.0.0.1:${await freePort()}`;
    url = `http://${address}`;
    prometheus = spawn(
      'prometheus',
      [
        `--config.file=${path.join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${path.join(folder, 'data')}`,
        `--web.listen-address=${address}`,
      ],
      { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    prometheus.stderr?.on('data', (chunk: Buffer) => {
      log += chunk.toString();
    });
  }, PATIENCE);

  afterAll(async () => {
    await Promise.all([prometheus, program].map(end));
    await rm(folder, { recursive: true, force: true });
  }, PATIENCE);

  /** The samples that a query gives, once there are any that are as wanted. */
  async function query(expression: string, isWanted: (samples: Sample[]) => boolean): Promise<Sample[]> {
    const deadline = Date.now() + PATIENCE - 5000;
    let latest: unknown;
    while (Date.now() < deadline) {
      const answer = await ask(url, expression).catch((error: unknown) => ({ error }));
      latest = answer;
      if ('data' in answer && isWanted(answer.data.result)) return answer.data.result;
      await setTimeout(250);
    }
    throw new Error(`${expression} gave ${JSON.stringify(latest)}\n${log.slice(-2000)}`);
  }

  it(
    'scrapes counts of calls, attempts, retries and give-ups, and waits',
    async () => {
      const [retries] = await query('rate(stampede_retries_total{name="fetchPrice"}[10s])', isPositive);
      const [attempts] = await query('stampede_attempts_total{name="fetchPrice"}', isPositive);
      const [calls] = await query('stampede_calls_total{name="fetchPrice",outcome="success"}', isPositive);
      const [giveups] = await query('sum by (name) (stampede_giveups_total{name="stock"}) > 0', isPositive);
      const [wait] = await query(
        'histogram_quantile(0.5, rate(stampede_wait_seconds_bucket{name="fetchPrice"}[10s]))',
        isPositive,
      );

      expect(numberOf(retries!)).toBeGreaterThan(1);
      expect(numberOf(attempts!) / numberOf(calls!)).toBeGreaterThan(1.5);
      expect(numberOf(attempts!) / numberOf(calls!)).toBeLessThan(2.5);
      expect(giveups!.metric['name']).toBe('stock');
      expect(numberOf(wait!)).toBeGreaterThan(0.03);
      expect(numberOf(wait!)).toBeLessThanOrEqual(0.1);
    },
    PATIENCE,
  );

  it(
    'sees which circuit is open, and how much a budget holds',
    async () => {
      const open = await query('stampede_circuit_state{state="open"} == 1', (samples) => samples.length > 0);
      const budget = await query('stampede_budget_tokens', isPositive);
      const refused = await query('stampede_refusals_total{kind="circuit"} > 0', isPositive);

      expect(open.map(({ metric }) => metric['name'])).toEqual(['stock']);
      expect(budget.map(({ metric }) => metric['name'])).toEqual(['stock']);
      expect(refused.map(({ metric }) => metric['name'])).toEqual(['stock']);
    },
    PATIENCE,
  );

  it(
    'has no argument or message in it',
    async () => {
      await query('up == 1', isPositive);
      const names = await query(
        'count by (name, reason, outcome, kind, to, state) ({__name__=~"stampede_.+"})',
        isPositive,
      );

      expect(names.length).toBeGreaterThan(5);
      expect(JSON.stringify(names)).not.toMatch(/secret|gone|reset/);
    },
    PATIENCE,
  );

  it(
    'can evaluate the rules of the documentation, of which that of the open circuit holds',
    async () => {
      await query('stampede_circuit_state{state="open"} == 1', (samples) => samples.length > 0);
      const expressions = [...rules().matchAll(/expr: (?:\|\n((?: {10}.*\n)+)|(.*))/g)].map(
        ([, block, line]) => block ?? line!,
      );

      const answers = await Promise.all(expressions.map((expression) => ask(url, expression)));

      expect(expressions).toHaveLength(5);
      expect(answers.map(({ status }) => status)).toEqual(expressions.map(() => 'success'));
      const [open] = answers[0]!.data.result;
      expect(open?.metric).toEqual({ job: 'shop', name: 'stock' });
    },
    PATIENCE,
  );
});

describeWhere(`promtool${skipped}`, () => {
  it.each([
    ['rules', 'groups:'],
    ['config', 'scrape_configs:'],
  ])('finds nothing wrong with the %s of the documentation', async (what, key) => {
    const folder = await mkdtemp(path.join(tmpdir(), 'stampede-promtool-'));
    try {
      const file = path.join(folder, `${what}.yml`);
      await writeFile(file, yamlWith(key));

      const { code, output } = await run('promtool', ['check', what, file]);

      expect(output).toMatch(/SUCCESS/);
      expect(code).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('finds the alerts and the amplification right where a circuit keeps all calls back, from real scrapes', async () => {
    const { output } = await run(process.execPath, ['--input-type=module', '--eval', outage]);
    const series = seriesOf(JSON.parse(output) as string[]);
    const alert = (name: string, labels: string, summary: string): string => `
      - eval_time: 12m
        alertname: ${name}
        exp_alerts: [{ exp_labels: { ${labels}, name: gone }, exp_annotations: { summary: '${summary}' } }]`;
    const test = `
rule_files: [rules.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:${series.map(([name, values]) => `\n      - { series: '${name}', values: '${values}' }`).join('')}
    alert_rule_test:${alert('GivingUp', 'severity: page', 'More than 5 % of calls of gone are given up or refused.')}
      - { eval_time: 12m, alertname: RetryingMuch, exp_alerts: [] }
      - { eval_time: 5m, alertname: GivingUp, exp_alerts: [] }
      - eval_time: 2m
        alertname: RetryBudgetEmpty
        exp_alerts: [{ exp_labels: { severity: ticket, name: poor }, exp_annotations: { summary: 'Retries of poor were not made, because there have been too many.' } }]
    promql_expr_test:
      - expr: (${amplification()}) and on (name) stampede_circuit_state{state="open"} == 1
        eval_time: 12m
        exp_samples: [{ labels: '{name="gone"}', value: 0 }]
`;
    const folder = await mkdtemp(path.join(tmpdir(), 'stampede-promtool-'));
    try {
      await writeFile(path.join(folder, 'rules.yml'), rules());
      await writeFile(path.join(folder, 'test.yml'), test);

      const { code, output: said } = await run('promtool', ['test', 'rules', path.join(folder, 'test.yml')]);

      expect(said).toMatch(/SUCCESS/);
      expect(code).toBe(0);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('finds nothing wrong with the metrics as they are shown', async () => {
    const script = `
      import { register } from 'prom-client';
      import { withRetry } from 'stampede-js';
      import { observeWithPrometheus } from 'stampede-js/observe/prometheus';
      observeWithPrometheus();
      await withRetry(async () => 42, { name: 'ping' })();
      process.stdout.write(await register.metrics());`;
    const { output } = await run(process.execPath, ['--input-type=module', '--eval', script]);
    const checked = await run('promtool', ['check', 'metrics'], output);

    expect(output).toContain('stampede_calls_total{name="ping",outcome="success"} 1');
    expect(checked).toEqual({ code: 0, output: '' });
  });
});

interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

interface Answer {
  readonly status: string;
  readonly data: { readonly result: Sample[] };
}

async function ask(url: string, expression: string): Promise<Answer> {
  const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`, {
    signal: AbortSignal.timeout(5000),
  });
  return (await response.json()) as Answer;
}

const numberOf = ({ value }: Sample): number => Number(value[1]);
const isPositive = (samples: Sample[]): boolean => samples.length > 0 && numberOf(samples[0]!) > 0;

/**
 * What a program shows each minute: one call that is answered, then an outage in which a circuit is open by hand. Of
 * another name only one call fails after the first scrape, for want of a budget.
 */
const outage = `
  import { Registry } from 'prom-client';
  import { circuitBreaker, withRetry } from 'stampede-js';
  import { observeWithPrometheus } from 'stampede-js/observe/prometheus';
  const register = new Registry();
  observeWithPrometheus({ register });
  const breaker = circuitBreaker({ name: 'gone' });
  const gone = withRetry(breaker(async () => 42), { name: 'gone' });
  let fails = false;
  const budget = { take: () => false, refund() {}, earn() {} };
  const poor = withRetry(async () => { if (fails) throw new Error('reset'); }, { name: 'poor', budget });
  await gone();
  await poor();
  const scrapes = [await register.metrics()];
  breaker.open();
  fails = true;
  await poor().catch(() => {});
  for (let minute = 1; minute <= 12; minute++) {
    for (let call = 0; call < 100; call++) await gone().catch(() => {});
    scrapes.push(await register.metrics());
  }
  console.log(JSON.stringify(scrapes));`;

/** The samples of scrapes, for promtool: each series with its values. */
function seriesOf(scrapes: readonly string[]): [string, string][] {
  const series = new Map<string, string[]>();
  for (const [index, scrape] of scrapes.entries()) {
    for (const [, name, value] of scrape.matchAll(/^(stampede_.*}) (\S+)$/gm)) {
      const values = series.get(name!) ?? Array.from({ length: index }, () => '_');
      series.set(name!, [...values, value!]);
    }
  }
  return [...series].map(([name, values]) => [name, values.join(' ')]);
}

/** The query of the documentation. */
function amplification(): string {
  const page = readFileSync(path.join(root, 'docs/observability.md'), 'utf8');
  return /^```promql\n(.*)\n```$/m.exec(page)![1]!;
}

const rules = (): string => yamlWith('groups:');

/** The block of YAML in the documentation that begins so. */
function yamlWith(key: string): string {
  const page = readFileSync(path.join(root, 'docs/observability.md'), 'utf8');
  const block = [...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].find(([, text]) => text!.startsWith(key));
  if (block === undefined)
    throw new Error(`docs/observability.md has no block of YAML that begins with ${key}`);
  return block[1]!;
}

async function firstLine(child: ChildProcess): Promise<string> {
  const lines = createInterface({ input: child.stdout! });
  const exit = once(child, 'exit').then(() => {
    throw new Error('the program has ended');
  });
  const [line] = (await Promise.race([once(lines, 'line'), exit])) as [string];
  exit.catch(() => undefined);
  return line;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

async function end(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function run(
  command: string,
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    const child = execFile(command, args, { cwd: root, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), output: `${stdout}${stderr}` });
    });
    child.stdin?.end(input);
  });
}
