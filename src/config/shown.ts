/**
 * A value of a configuration as it may stand in a message: short, on one line, and never a secret.
 */
import { printable } from '../core.js';
import type { Path } from './place.js';
import { camelCase } from './names.js';

const secretKeys =
  /^(?:auth|authorization|headers|cookies|params|cert|bearer)$|password|passphrase|token|secret|credential|api_?key/i;
const longest = 60;

/** @returns `undefined` for nothing. */
export function shown(value: unknown, path: Path): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === 'object') return 'a map';
  if (path.some((step) => secretKeys.test(camelCase(String(step))))) return 'what is not shown here';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') return `a ${typeof value}`;
  return printable(JSON.stringify(short(value.split(/\s+/).map(withoutLogin).join(' '))));
}

/** A key of a path as it may stand in a message. */
export function shownKey(key: string | number): string {
  const name = short(String(key));
  return /^[^\s\p{C}]+$/u.test(name) ? name : printable(JSON.stringify(name));
}

// `user:password@host`, with or without a scheme; a password may hold a slash or an @.
function withoutLogin(word: string): string {
  const end = word.lastIndexOf('@');
  if (end < 0 || !word.slice(0, end).includes(':')) return word;
  const [scheme = ''] = /^[a-z][\w+.-]*:\/\//i.exec(word) ?? [];
  return `${scheme}***${word.slice(end)}`;
}

function short(text: string): string {
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text;
}
