/**
 * A value of a configuration as it may stand in a message: short, on one line, and never a secret.
 */
import type { Path } from './document.js';
import { camelCase } from './names.js';

const secretKeys =
  /^(?:auth|headers|cookies|params|cert|bearer)$|password|passphrase|token|secret|credential/i;
const longest = 60;

/** @returns `undefined` for nothing. */
export function shown(value: unknown, path: Path): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map';
  if (path.some((step) => secretKeys.test(camelCase(String(step))))) return 'what is not shown here';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return `a ${typeof value}`;
  const open = value.replace(/\/\/[^/@\s]*@/g, '//***@').replace(/\s+/g, ' ');
  return JSON.stringify(open.length > longest ? `${open.slice(0, longest - 3)}...` : open);
}

/** A key of a path as it may stand in a message. */
export function shownKey(key: string | number): string {
  const name = String(key);
  const short = name.length > longest ? `${name.slice(0, longest - 3)}...` : name;
  return /^[^\s\p{C}]+$/u.test(short) ? short : JSON.stringify(short);
}
