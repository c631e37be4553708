/**
 * Who may import whom, and what the part that runs in browsers may touch.
 *
 * Imports run downward, never in a circle, and a fault names both files. Type-only imports count: a type
 * that must be fetched from above stands on the wrong floor.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';

/** The one file below the waist that looks at what it runs on. It needs nothing of ours, so all may use it. */
const HOST = 'time/host.ts';

/** Below the waist, lowest first: a file imports its own folder and what stands before it in this list. */
const BELOW = [HOST, 'errors.ts', 'checks.ts', 'events.ts', 'time', 'call', 'wait', 'retry', 'policies'];

/** Above it, floor by floor: a file imports `core.ts`, its own folder, and the `index.ts` of others. */
const ABOVE = [['http', 'config', 'observe', 'testing', 'simulate', 'metadata', 'redis'], ['lab'], ['cli']];

const PACKAGES_BELOW = ['debug'];

/** Names that some hosts have and others lack. */
const HOST_NAMES = new Set(
  'process window document navigator localStorage require module global Buffer setImmediate clearImmediate'.split(
    ' ',
  ),
);

/** A tree of sources: path below `src/` → text. */
type Tree = ReadonlyMap<string, string>;

const src = path.resolve(import.meta.dirname, '../src');

describe('the architecture', () => {
  const tree: Tree = new Map(
    (readdirSync(src, { recursive: true }) as string[])
      .map((file) => file.replaceAll(path.sep, '/'))
      .filter((file) => file.endsWith('.ts'))
      .map((file) => [file, readFileSync(path.join(src, file), 'utf8')]),
  );

  it('lets imports run downward only', () => {
    expect(wrongImports(tree)).toEqual([]);
  });

  it('has no circular import, of types or of values', () => {
    expect(circles(tree)).toEqual([]);
  });

  it('keeps hosts and packages out from below the waist', () => {
    expect(hostFaults(tree)).toEqual([]);
  });
});

describe('the check of the architecture', () => {
  const tree = (files: Record<string, string>): Tree => new Map(Object.entries(files));

  it.each([
    ['an upward import by the very bottom', 'time/host.ts', `import { a } from '../retry/attempts.js';`],
    ['an import that runs upward', 'wait/jitter.ts', `import { a } from '../retry/attempts.js';`],
    ['an upward import of a type', 'call/outcome.ts', `import type { A } from '../retry/attempts.js';`],
    ['an upward import inside a type', 'call/outcome.ts', `type A = import('../retry/attempts.js').A;`],
    ['an upward re-export', 'errors.ts', `export { a } from './retry/attempts.js';`],
    ['a dynamic upward import', 'time/clock.ts', `await import('../retry/attempts.js');`],
    ['a reach behind the core', 'metadata/index.ts', `import { a } from '../retry/attempts.js';`],
    ['a reach past the core by index.ts', 'index.ts', `import { a } from './retry/attempts.js';`],
    ['a folder without a place', 'misc/util.ts', `import { a } from '../retry/attempts.js';`],
  ])('names both files of %s', (_, file, text) => {
    const faults = wrongImports(tree({ [file]: text, 'retry/attempts.ts': 'export const a = 1;' }));

    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(`src/${file} imports src/retry/attempts.ts`);
  });

  it.each([
    ['another folder above the waist, past its index.ts', 'config/index.ts', '../http/session.js'],
    ['the folder on the floor above', 'http/index.ts', '../lab/index.js'],
    ['the root index.ts from above the waist', 'http/index.ts', '../index.js'],
    ['a file that is not there', 'call/outcome.ts', './nowhere.js'],
  ])('refuses %s', (_, file, specifier) => {
    const faults = wrongImports(
      tree({
        [file]: `import '${specifier}';`,
        'http/session.ts': '',
        'lab/index.ts': '',
        'index.ts': `export * from './core.js';`,
        'core.ts': '',
      }),
    );

    expect(faults).toHaveLength(1);
  });

  it('accepts what the table allows', () => {
    const good = tree({
      'errors.ts': '',
      'time/clock.ts': `import '../errors.js'; import './duration.js'; import './host.js';`,
      'time/duration.ts': '',
      'call/outcome.ts': `import type { A } from '../time/clock.js'; import '../events.js';`,
      'time/host.ts': '',
      'events.ts': `import './errors.js'; import { warn } from './time/host.js';`,
      'retry/attempts.ts': `import '../wait/jitter.js'; import createDebug from 'debug';`,
      'wait/jitter.ts': '',
      'core.ts': `export * from './retry/attempts.js'; export * from './errors.js';`,
      'index.ts': `export * from './core.js';`,
      'http/index.ts': `import '../core.js'; import './session.js'; import 'node:net'; import 'undici';`,
      'http/session.ts': '',
      'config/index.ts': `import '../http/index.js';`,
      'lab/load.ts': `import '../config/index.js'; import '../core.js'; process.exit();`,
      'lab/index.ts': `export const open = () => import('./lab.js');`,
      'lab/lab.ts': '',
      'cli/lab.ts': `import '../lab/index.js'; import './bin.js';`,
      'cli/bin.ts': `process.exit();`,
    });

    expect(wrongImports(good)).toEqual([]);
    expect(circles(good)).toEqual([]);
    expect(hostFaults(good)).toEqual([]);
  });

  it('spells out a circle, one of types included', () => {
    const faults = circles(
      tree({
        'wait/a.ts': `import { b } from './b.js';`,
        'wait/b.ts': `import type { C } from './c.js';`,
        'wait/c.ts': `export { a } from './a.js';`,
      }),
    );

    expect(faults).toEqual(['src/wait/a.ts → src/wait/b.ts → src/wait/c.ts → src/wait/a.ts']);
  });

  it.each([
    ['a Node import', `import { readFile } from 'node:fs';`, 'node:fs'],
    ['a package', `import ms from 'ms';`, 'ms'],
    ['a name of the host', `if (process.env) run();`, 'process'],
    ['a name of the host, behind globalThis', `(globalThis as any).window?.stop();`, 'window'],
    ['a name of the host, in brackets', `globalThis['document'];`, 'document'],
    ['require', `const fs = require('fs');`, 'require'],
  ])('refuses %s below the waist', (_, text, name) => {
    const faults = hostFaults(tree({ 'call/outcome.ts': text }));

    expect(faults).toEqual([expect.stringMatching(`^src/call/outcome\\.ts:1 .*${name}`)]);
  });

  it('lets time/host.ts alone look at the host, and overlooks properties that happen to bear the name', () => {
    const text = `globalThis.process?.emitWarning('x');`;

    expect(hostFaults(tree({ 'time/host.ts': text }))).toEqual([]);
    expect(hostFaults(tree({ 'time/clock.ts': text }))).toHaveLength(1);
    expect(hostFaults(tree({ 'time/clock.ts': `queue.process({ document: 1 });` }))).toEqual([]);
  });
});

function wrongImports(tree: Tree): string[] {
  return [...tree].flatMap(([file, text]) =>
    importsOf(file, text)
      .filter(({ target }) => target !== undefined)
      .map(({ target }) => ({ target: target!, why: whyNot(tree, file, target!) }))
      .filter(({ why }) => why !== undefined)
      .map(({ target, why }) => `src/${file} imports src/${target}: ${why}`),
  );
}

/** The rule that `file` breaks by importing `target`, if any. */
function whyNot(tree: Tree, file: string, target: string): string | undefined {
  if (!tree.has(target)) return 'there is no such file.';
  if (file === 'index.ts') return target === 'core.ts' ? undefined : 'index.ts re-exports core.ts, no more.';

  const from = floorOf(file);
  const to = floorOf(target);
  if (from === undefined) return `${topOf(file)} has no place in the table.`;
  if (to === undefined) return `${topOf(target)} has no place in the table.`;
  if (from === to && topOf(file) === topOf(target)) return undefined;
  if (from <= CORE) return to < from ? undefined : 'imports run downward.';
  if (target === 'core.ts') return undefined;
  if (to < CORE) return 'above the waist we import core.ts, never what is behind it.';
  if (to > from) return 'imports run downward.';
  return target === `${topOf(target)}/index.ts` ? undefined : "another folder's public face is its index.ts.";
}

const CORE = BELOW.length;

/** 0 is the bottom; `index.ts` has no floor, since nobody imports it. */
function floorOf(file: string): number | undefined {
  if (file === 'core.ts') return CORE;
  const top = topOf(file);
  const below = BELOW.indexOf(BELOW.includes(file) ? file : top);
  if (below >= 0) return below;
  const above = ABOVE.findIndex((folders) => folders.includes(top));
  return above >= 0 ? CORE + 1 + above : undefined;
}

function topOf(file: string): string {
  return file.split('/')[0]!;
}

function circles(tree: Tree): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, trail: readonly string[]): void => {
    if (trail.includes(file)) {
      const circle = [...trail.slice(trail.indexOf(file)), file];
      found.push(circle.map((one) => `src/${one}`).join(' → '));
      return;
    }
    if (done.has(file)) return;
    for (const { target } of importsOf(file, tree.get(file)!)) {
      if (target !== undefined && tree.has(target)) visit(target, [...trail, file]);
    }
    done.add(file);
  };
  for (const file of tree.keys()) visit(file, []);
  return found;
}

function hostFaults(tree: Tree): string[] {
  return [...tree]
    .filter(([file]) => file === 'index.ts' || (floorOf(file) ?? Infinity) <= CORE)
    .flatMap(([file, text]) => [
      ...importsOf(file, text)
        .filter(({ target, specifier }) => target === undefined && !PACKAGES_BELOW.includes(specifier))
        .map(({ line, specifier }) => `src/${file}:${line} imports "${specifier}"`),
      ...(file === HOST ? [] : hostNames(file, text)),
    ]);
}

function hostNames(file: string, text: string): string[] {
  const faults: string[] = [];
  eachNode(file, text, (node, line) => {
    const name = hostNameIn(node);
    if (name !== undefined)
      faults.push(`src/${file}:${line} uses ${name}; only src/${HOST} looks at the host`);
  });
  return faults;
}

function hostNameIn(node: ts.Node): string | undefined {
  const named = ts.isIdentifier(node) || ts.isStringLiteral(node) ? node.text : undefined;
  if (named === undefined || !HOST_NAMES.has(named)) return undefined;
  const { parent } = node;

  if (ts.isStringLiteral(node)) {
    return ts.isElementAccessExpression(parent) && isGlobalThis(parent.expression) ? named : undefined;
  }
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    return isGlobalThis(parent.expression) ? named : undefined;
  }
  const isOnlyAName =
    ((ts.isPropertyAssignment(parent) || ts.isClassElement(parent) || ts.isTypeElement(parent)) &&
      parent.name === node) ||
    (ts.isBindingElement(parent) && parent.propertyName === node) ||
    (ts.isNamedTupleMember(parent) && parent.name === node) ||
    ts.isQualifiedName(parent);
  return isOnlyAName ? undefined : named;
}

function isGlobalThis(node: ts.Expression): boolean {
  if (ts.isParenthesizedExpression(node) || ts.isAsExpression(node) || ts.isNonNullExpression(node)) {
    return isGlobalThis(node.expression);
  }
  return ts.isIdentifier(node) && node.text === 'globalThis';
}

interface Import {
  readonly line: number;
  readonly specifier: string;
  /** Path below `src/`; none for a package. */
  readonly target: string | undefined;
}

function importsOf(file: string, text: string): Import[] {
  const imports: Import[] = [];
  eachNode(file, text, (node, line) => {
    const specifier = specifierOf(node);
    if (specifier === undefined) return;
    const target = specifier.startsWith('.')
      ? path.posix.join(path.posix.dirname(file), specifier).replace(/\.js$/, '.ts')
      : undefined;
    imports.push({ line, specifier, target });
  });
  return imports;
}

function specifierOf(node: ts.Node): string | undefined {
  const literal =
    ts.isImportDeclaration(node) || ts.isExportDeclaration(node)
      ? node.moduleSpecifier
      : ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)
        ? node.argument.literal
        : ts.isExternalModuleReference(node)
          ? node.expression
          : ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword
            ? node.arguments[0]
            : undefined;
  return literal && ts.isStringLiteralLike(literal) ? literal.text : undefined;
}

function eachNode(file: string, text: string, visit: (node: ts.Node, line: number) => void): void {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const walk = (node: ts.Node): void => {
    visit(node, source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1);
    ts.forEachChild(node, walk);
  };
  walk(source);
}
