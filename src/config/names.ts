/**
 * The two ways to write a name: `max_tries` as YAML does, `maxTries` as the code does.
 */

/** `max_tries` → `maxTries`. */
export function camelCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** `maxTries` → `max_tries`. */
export function snakeCase(name: string): string {
  return name.replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
