/**
 * One source for what may stand in a file: it has every option of the code that is data, and editors know it too.
 */
import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { isMap, isScalar, parseDocument, visit } from 'yaml';
import { parseSettings } from '../../src/config/index.js';
import { hintFor } from '../../src/config/hints.js';
import { camelCase, snakeCase } from '../../src/config/names.js';
import { circuitBreaker } from '../../src/config/schema/circuit.js';
import { file, gateway } from '../../src/config/schema/file.js';
import { bulkhead, hedge, rateLimit, throttle } from '../../src/config/schema/guards.js';
import { http } from '../../src/config/schema/http.js';
import { leavesOf } from '../../src/config/schema/leaves.js';
import { budget, retry } from '../../src/config/schema/retry.js';

const root = path.resolve(import.meta.dirname, '../..');
type AnySchema = Parameters<typeof leavesOf>[0][number];

/** The options of the interfaces of the sources by the names of these, those they inherit included. */
function optionsOfAll(): ReadonlyMap<string, readonly string[]> {
  const program = ts.createProgram([path.join(root, 'src/http/index.ts')], {
    module: ts.ModuleKind.Node20,
    target: ts.ScriptTarget.ES2022,
    strict: true,
    skipLibCheck: true,
    types: ['node'],
  });
  const checker = program.getTypeChecker();
  const found = new Map<string, readonly string[]>();
  for (const source of program.getSourceFiles()) {
    if (!source.fileName.startsWith(`${root}/src/`)) continue;
    ts.forEachChild(source, (node) => {
      if (!ts.isInterfaceDeclaration(node) || !node.name.text.endsWith('Options')) return;
      const names = checker
        .getTypeAtLocation(node)
        .getProperties()
        .map(({ name }) => name);
      found.set(node.name.text, [...(found.get(node.name.text) ?? []), ...names]);
    });
  }
  return found;
}

const tables: readonly (readonly [
  what: string,
  schema: unknown,
  interfaces: readonly string[],
  code: readonly string[],
])[] = [
  [
    'a retry',
    retry,
    ['RetryOptions'],
    [
      'signal',
      'budget',
      'mode',
      'clock',
      'random',
      'name',
      'onAttempt',
      'onSuccess',
      'onBackoff',
      'onGiveup',
      'onAbort',
      'predicate',
      'giveup',
      'raiseOnGiveup',
    ],
  ],
  ['a budget', budget, ['RetryBudgetOptions'], ['name', 'clock', 'onEmpty', 'onRefill']],
  [
    'a circuit breaker',
    circuitBreaker,
    ['CircuitBreakerOptions'],
    [
      'name',
      'isFailure',
      'isNeutral',
      'key',
      'maxKeys',
      'mode',
      'clock',
      'random',
      'onOpen',
      'onHalfOpen',
      'onRamp',
      'onClose',
    ],
  ],
  [
    'a bulkhead',
    bulkhead,
    ['BulkheadOptions'],
    ['isOverload', 'onFull', 'onLimit', 'key', 'maxKeys', 'mode', 'name', 'clock'],
  ],
  ['a rate limit', rateLimit, ['RateLimitOptions'], ['onRefuse', 'key', 'maxKeys', 'mode', 'name', 'clock']],
  [
    'a throttle',
    throttle,
    ['ThrottleOptions'],
    ['isOverload', 'random', 'onRefuse', 'key', 'maxKeys', 'mode', 'name', 'clock'],
  ],
  ['a hedge', hedge, ['HedgeOptions'], ['budget', 'isFatal', 'dispose', 'mode', 'name', 'clock', 'onHedge']],
  ['a gateway', gateway, ['GatewayOptions'], ['fallback', 'fallbackOptions', 'clock', 'random']],
  [
    'requests',
    http,
    ['RetryHttpOptions', 'SessionRequestOptions'],
    [
      'retryWhen',
      'giveup',
      'onAttempt',
      'onSuccess',
      'onBackoff',
      'onGiveup',
      'onAbort',
      'clock',
      'random',
      'hooks',
      'dispatcher',
    ],
  ],
];

describe('the schema of a configuration', () => {
  const byInterface = optionsOfAll();
  const known = new Map(
    tables.map(([what, , interfaces]) => [what, interfaces.flatMap((name) => byInterface.get(name) ?? [])]),
  );

  it.each(tables)(
    'has every option of %s that is data, and names the rest as code',
    (what, schema, _, code) => {
      const own = leavesOf([schema as AnySchema]).maps.flatMap(({ entries }) => Object.keys(entries));
      const options = known.get(what) ?? [];

      expect(options.length).toBeGreaterThan(3);
      expect(options.filter((name) => !own.includes(name) && !code.includes(name))).toEqual([]);
      expect(code.filter((name) => own.includes(name) || !options.includes(name))).toEqual([]);
      for (const name of code) {
        // A budget is a section of its own, and what a file calls it is beside the retry.
        if (name !== 'budget')
          expect(`${name} ${hintFor(name, own).allowed}`).toMatch(/belongs? in code|is the name/);
      }
    },
  );

  it('has no option with a default that the code does not have', () => {
    const own = leavesOf([gateway as AnySchema]).maps.flatMap(({ entries }) => Object.keys(entries));

    expect(own.filter((name) => !(known.get('a gateway') ?? []).includes(name))).toEqual([
      'policy',
      'http',
      'upstream',
      'calls',
    ]);
  });
});

describe('.stampederc.example.yml', () => {
  const text = readFileSync(path.join(root, '.stampederc.example.yml'), 'utf8');

  it('begins with the schema for editors', () => {
    expect(text.split('\n')[0]).toBe(
      '# yaml-language-server: $schema=./node_modules/stampede-js/dist/schema.json',
    );
  });

  it('is taken as it stands', () => {
    const settings = parseSettings(text);

    expect(Object.keys(settings.gateways ?? {})).toEqual(['ledger', 'payments']);
    expect(settings.policies?.['patient']?.retry).toMatchObject({ maxTries: 5, maxTime: 30_000 });
  });

  it('is taken with what is commented out, too', () => {
    const itsFile = text
      .split('\n')
      .filter((line) => /^# (?:retry_config| {2,})/.test(line))
      .map((line) => line.slice(2))
      .join('\n');

    expect(parseSettings(itsFile).retryConfig).toEqual({
      retryEnabled: true,
      retryPolicy: { type: 'fixed', attempts: 5 },
      backoffEnabled: true,
      backoffPolicy: { type: 'fibonacci', initialDelay: 0, maximumDelay: 144_000 },
    });
  });

  it('has every option of the schema in it', () => {
    const words = new Set(text.match(/[a-zA-Z_]+/g));

    expect([...keysBelow(file as AnySchema)].map(snakeCase).filter((key) => !words.has(key))).toEqual([]);
  });

  it('is written in snake_case', () => {
    const keys: string[] = [];
    visit(parseDocument(text), {
      Pair: (_, pair) => {
        if (isScalar(pair.key)) keys.push(String(pair.key.value));
      },
    });

    expect(keys.filter((key) => camelCase(key) !== key && snakeCase(camelCase(key)) !== key)).toEqual([]);
    expect(isMap(parseDocument(text).contents)).toBe(true);
  });
});

/** The names of all options at and below a schema. */
function keysBelow(
  schema: AnySchema,
  seen = new Set<unknown>(),
  found = new Set<string>(),
): ReadonlySet<string> {
  const { maps, records, lists } = leavesOf([schema]);
  const below = [
    ...maps.flatMap(({ entries }) => {
      if (seen.has(entries)) return [];
      seen.add(entries);
      for (const key of Object.keys(entries)) found.add(key);
      return Object.values(entries);
    }),
    ...records,
    ...lists.map((schemaOf) => schemaOf(0)).filter((one) => one !== undefined),
  ];
  for (const one of below) keysBelow(one, seen, found);
  return found;
}

describe('the schema for editors', () => {
  it('comes from the same source, names every option in both ways, and describes it', async () => {
    const tool: string = path.join(root, 'tools/json-schema.mjs');
    const { jsonSchema } = (await import(tool)) as {
      jsonSchema(root: string, scratch: string): Promise<JsonSchema>;
    };
    const scratch = path.join(root, 'tmp');
    mkdirSync(scratch, { recursive: true });

    const schema = await jsonSchema(root, scratch);

    expect(readdirSync(scratch).filter((name) => name.startsWith('schema-'))).toEqual([]);
    const named = new Map<string, JsonSchema>();
    collect(schema, named);
    const keys = [...keysBelow(file)];
    expect(keys.filter((key) => !named.has(key) || !named.has(snakeCase(key)))).toEqual([]);
    const undescribed = [...named].filter(
      ([key, one]) => one.description === undefined && !plain.includes(key),
    );
    expect(undescribed.map(([key]) => key)).toEqual([]);
  });
});

interface JsonSchema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
}

/** What needs no words: the kind of a wait, who one is. */
const plain = ['type', 'username', 'password', 'bearer'];

function collect(schema: unknown, found: Map<string, JsonSchema>): void {
  if (typeof schema !== 'object' || schema === null) return;
  for (const [key, value] of Object.entries(schema)) {
    if (key === 'properties')
      for (const [name, one] of Object.entries(value as object)) found.set(name, one as JsonSchema);
    collect(value, found);
  }
}
