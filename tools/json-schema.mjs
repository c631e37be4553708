/**
 * How does an editor know what may stand in a configuration file?
 *
 * The schemas by which files are checked become a JSON Schema, `dist/schema.json`, with every name in both ways of
 * writing it. There is no second list to keep.
 */
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { toJsonSchema } from '@valibot/to-json-schema';
import { build } from 'esbuild';

/**
 * Writes the schema.
 *
 * @param root  The top of the repository.
 * @param out   The file to write.
 */
export async function writeJsonSchema(root, out) {
  writeFileSync(out, `${JSON.stringify(await jsonSchema(root, path.dirname(out)))}\n`);
}

/** The schema as an object. `scratch`: a folder below which `node_modules` is found. */
export async function jsonSchema(root, scratch) {
  const bundle = path.join(scratch, `schema-${process.pid}.mjs`);
  await build({
    entryPoints: [path.join(root, 'src/config/schema/published.ts')],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'es2022',
    packages: 'external',
    logLevel: 'warning',
  });
  try {
    const { file, definitions } = await import(pathToFileURL(bundle).href);
    const schema = toJsonSchema(file, {
      typeMode: 'input',
      target: 'draft-07',
      definitions,
      // What is read from a text says by a pattern what it looks like.
      overrideAction: ({ valibotAction, jsonSchema }) =>
        valibotAction.type === 'metadata' ? { ...jsonSchema, ...valibotAction.metadata } : undefined,
      ignoreActions: ['finite', 'transform', 'safe_integer'],
      overrideSchema: ({ valibotSchema, jsonSchema }) =>
        valibotSchema.type === 'custom' ? { ...jsonSchema, type: 'string' } : undefined,
    });
    return { title: 'Stampede configuration', ...mayBeEmpty(inBothWays(schema)) };
  } finally {
    rmSync(bundle);
  }
}

/** Sections and named entries that say nothing: a file whose lines are commented out has them. */
function mayBeEmpty(schema) {
  const orNothing = (one) => (one.type === 'object' ? { ...one, type: ['object', 'null'] } : one);
  const named = (one) =>
    typeof one.additionalProperties === 'object'
      ? { ...one, additionalProperties: orNothing(one.additionalProperties) }
      : one;
  const properties = Object.entries(schema.properties).map(([name, one]) => [name, orNothing(named(one))]);
  return { ...schema, properties: Object.fromEntries(properties) };
}

/** Every option under its name in snake_case too; every word as well. */
function inBothWays(schema) {
  if (Array.isArray(schema)) return schema.map(inBothWays);
  if (typeof schema !== 'object' || schema === null) return schema;
  const result = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, inBothWays(value)]));
  const { anyOf, properties, ...rest } = result;
  if (anyOf?.length === 1 && properties === undefined) return { ...anyOf[0], ...rest };
  // `properties` of a schema is an object of schemas; a property of that name would hold a schema itself.
  if (result.type === 'object' && typeof properties === 'object') {
    result.properties = Object.fromEntries(
      Object.entries(properties).flatMap(([name, value]) =>
        [...new Set([snakeCase(name), name])].map((key) => [
          key,
          // Understood, but not offered: one way is enough to choose from.
          key === snakeCase(name) ? value : { ...value, doNotSuggest: true },
        ]),
      ),
    );
    const long = (result.required ?? []).find((name) => snakeCase(name) !== name);
    if (long !== undefined) throw new Error(`${long} is required, and could not be written in two ways`);
  }
  if (Array.isArray(result.enum))
    result.enum = [...new Set(result.enum.flatMap((word) => [snakeCase(word), word]))];
  if (typeof result.const === 'string' && snakeCase(result.const) !== result.const) {
    result.enum = [snakeCase(result.const), result.const];
    delete result.const;
  }
  return result;
}

function snakeCase(name) {
  return typeof name === 'string'
    ? name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
    : name;
}
