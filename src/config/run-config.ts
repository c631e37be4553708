/**
 * A configuration that is a program: run because somebody has named it, never because it was found.
 */
import { createRequire } from 'node:module';
import { ConfigError, fault } from './config-error.js';
import type { ReadDocument } from './document.js';
import { nowhere } from './place.js';

/**
 * Runs a `.js`, `.cjs` or `.mjs` file; what it exports (by default) is the configuration, by the rules of a file.
 *
 * @throws {ConfigError} with its own error as `cause` when it throws, or awaits at its top.
 */
export function runConfig(file: string): ReadDocument {
  return { file, value: exportOf(load(file)), placeOf: () => nowhere };
}

function load(file: string): unknown {
  try {
    return createRequire(file)(file) as unknown;
  } catch (cause) {
    const { code } = (cause ?? {}) as { readonly code?: unknown };
    const allowed =
      code === 'ERR_REQUIRE_ASYNC_MODULE'
        ? 'The file awaits at its top, so it cannot be loaded at once; export data that is there already'
        : `The file failed when it was run: ${cause instanceof Error ? cause.message : String(cause)}`;
    throw new ConfigError([fault({ file, allowed })], { cause });
  }
}

function exportOf(module: unknown): unknown {
  if (typeof module === 'object' && module !== null && 'default' in module) return module.default;
  return module;
}
