/**
 * Whatever is in a file, it is either taken or refused with a `ConfigError`; it never crashes and never pollutes.
 */
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'yaml';
import { ConfigError, parseSettings } from '../../src/config/index.js';
import { file } from '../../src/config/schema/file.js';
import { leavesOf } from '../../src/config/schema/leaves.js';

type AnySchema = Parameters<typeof leavesOf>[0][number];

const numRuns = 300;

/** Taken, or refused by an error of ours that names at least one fault on lines of its own. */
function isTakenOrRefused(given: unknown): boolean {
  try {
    parseSettings(given);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    const { faults, message } = error as ConfigError;
    expect(faults.length).toBeGreaterThan(0);
    expect(message.split('\n').length).toBeLessThanOrEqual(52);
    return false;
  } finally {
    expect(Object.keys(Object.prototype)).toEqual([]);
  }
  return true;
}

const scalar = fc.oneof(
  fc.constantFrom(
    '1s',
    '5m',
    '300ms',
    'unlimited',
    'fibo',
    'expo',
    'full',
    'none',
    'p95',
    '50/s',
    'auto',
    'any',
    'default',
  ),
  fc.constantFrom('__proto__', 'constructor', 'yes', '1 parsec', '', '<<'),
  fc.constantFrom<unknown>(0, 1, 2, 5, 0.5, -1, Infinity, NaN, true, false, null),
);

/** Values that are nearly right: the keys of the schema, with what may or may not stand there. */
function nearly(schemas: readonly AnySchema[], depth: number): fc.Arbitrary<unknown> {
  const { maps, records, lists, words } = leavesOf(schemas);
  const choices: fc.Arbitrary<unknown>[] = [scalar];
  if (words.length > 0) choices.push(fc.constantFrom(...words));
  if (depth > 0) {
    for (const { entries } of maps) {
      const keys = Object.keys(entries);
      const model = Object.fromEntries(
        keys.map((key) => [key, nearly([entries[key] as AnySchema], depth - 1)]),
      );
      choices.push(fc.record(model, { requiredKeys: keys.includes('type') ? ['type'] : [] }));
    }
    for (const value of records) {
      choices.push(
        fc.dictionary(fc.constantFrom('a', 'b', 'default', 'toString'), nearly([value], depth - 1), {
          maxKeys: 2,
        }),
      );
    }
    for (const schemaOf of lists) {
      const item = schemaOf(0);
      if (item !== undefined) choices.push(fc.array(nearly([item], depth - 1), { maxLength: 2 }));
    }
  }
  return fc.oneof(...choices);
}

describe('any configuration', () => {
  it('is taken or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (text) => void isTakenOrRefused(text)),
      { numRuns },
    );
  });

  it('is taken or refused, whatever the YAML', () => {
    const mark = fc.constantFrom(
      'a',
      ':',
      ' ',
      '\n',
      '-',
      '{',
      '}',
      '[',
      ']',
      ',',
      '&a ',
      '*a',
      '"',
      "'",
      '#',
      '|',
      '>',
      '%',
      '!',
      '!!',
      '? ',
      '\t',
      '<<',
      'gateways',
      '__proto__',
    );
    const text = fc.array(mark, { maxLength: 60 }).map((marks) => marks.join(''));

    fc.assert(
      fc.property(text, (given) => void isTakenOrRefused(given)),
      { numRuns },
    );
  });

  it('is taken or refused, whatever the value', () => {
    fc.assert(
      fc.property(fc.anything({ maxDepth: 4 }), (given) => void isTakenOrRefused(given)),
      { numRuns },
    );
  });

  it('is taken or refused where it is nearly right, and by the same faults as text and as data', () => {
    let taken = 0;
    fc.assert(
      fc.property(nearly([file as AnySchema], 4), (given) => {
        if (isTakenOrRefused(given)) taken += 1;
        if (typeof given !== 'object' || given === null) return;
        const pathsOf = (one: unknown): readonly string[] => {
          try {
            parseSettings(one);
            return [];
          } catch (error) {
            return (error as ConfigError).faults.map(({ path }) => path).sort();
          }
        };
        const text = stringify(given, { aliasDuplicateObjects: false });
        expect(pathsOf(text)).toEqual(pathsOf(given));
      }),
      { numRuns },
    );

    expect(taken).toBeGreaterThan(0);
  });
});
