/**
 * The package `yaml`, loaded when the first file is read: it takes longer to load than all else here, and a program that
 * has no file never needs it.
 */
import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { ConfigError, fault } from './config-error.js';

let yaml: typeof Yaml | undefined;

/** @throws {ConfigError} where it is not installed, as beside a bundle that has left it out. */
export function loadYaml(): typeof Yaml {
  return (yaml ??= load());
}

function load(): typeof Yaml {
  try {
    // `import.meta.url` is not there in CommonJS, where `__filename` is.

    return createRequire(import.meta.url ?? __filename)('yaml') as typeof Yaml;
  } catch (cause) {
    const allowed = 'The package "yaml" could not be loaded; where this is bundled, it must be left external';
    throw new ConfigError([fault({ allowed })], { cause });
  }
}
