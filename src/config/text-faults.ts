/**
 * What is wrong with a text before anybody asks what it means: it is no YAML, says a key twice, or has tags.
 */
import type { Document, YAMLMap } from 'yaml';
import { keyOf, startOf } from './offsets.js';
import { loadYaml } from './yaml.js';

/** One of them, and where it begins in the text. */
export interface TextFault {
  readonly says: string;
  readonly offset: number | undefined;
}

/** What is said of a text that goes deeper than the parser can follow. */
export const tooDeep = 'The text is nested too deeply';

/** A text that is broken early is full of faults that follow from the first. */
const most = 10;

/** The faults of a text, from its beginning on; ten at most. */
export function textFaults(document: Document): readonly TextFault[] {
  const { errors, warnings } = document;
  if (errors.some(({ message }) => message.includes('call stack'))) return [{ says: tooDeep, offset: 0 }];
  const found = errors.map(({ message, pos }) => ({ says: plain(message), offset: pos[0] }));
  if (found.length > 0) return found.slice(0, most);
  const ignored = warnings
    .filter(({ code }) => code !== 'TAG_RESOLVE_FAILED')
    .map(({ message, pos }) => ({ says: plain(message), offset: pos[0] }));
  return [...ignored, ...nodeFaults(document)].slice(0, most);
}

/** The parser's own message, on one line. */
export function plain(message: string): string {
  if (message.includes('stringKeys')) return 'A key must be a text';
  // It goes on with an excerpt; the line says as much, and an excerpt may hold a secret.
  const [first = ''] = message.split('\n');
  return first.replace(/ at line \d+, column \d+:?$/, '').slice(0, 200);
}

/** The tags that say what a value is anyway. */
const plainTag = /^tag:yaml\.org,2002:(?:map|seq|str|int|float|bool|null)$/;

function nodeFaults(document: Document): readonly TextFault[] {
  const { isMap, visit } = loadYaml();
  const faults: TextFault[] = [];
  visit(document, {
    Node(_, node) {
      faults.push(...tagFaults(node));
      if (isMap(node)) faults.push(...keyFaults(node));
    },
  });
  return faults;
}

// The parser would take `!env TOKEN` for the text TOKEN.
function tagFaults(node: object): readonly TextFault[] {
  const { tag } = node as { readonly tag?: string };
  if (tag === undefined || plainTag.test(tag)) return [];
  return [{ says: `The tag ${tag} means nothing here; write the value itself`, offset: startOf(node) }];
}

// The parser would compare each key with each other, which takes seconds for a long map.
function keyFaults({ items }: YAMLMap): readonly TextFault[] {
  const seen = new Set<string>();
  return items.flatMap(({ key }) => {
    const name = keyOf(key);
    if (seen.has(name)) return [{ says: 'Map keys must be unique', offset: startOf(key) }];
    seen.add(name);
    return [];
  });
}
