/**
 * The code blocks of a Markdown page: where they are, whether they compile, what they print.
 *
 * A block is a module of its own. Anything it needs that would only distract its reader stands in an HTML
 * comment right before it, which pages do not show:
 *
 *     <!-- given
 *     const fetchUser = async (id: number) => ({ id, name: 'Ada' });
 *     -->
 *
 * Words after the language say what to do with it: `norun` (compile only), `legacy` (the decorators of
 * `experimentalDecorators`), `cjs` (for js). `ts` is compiled and run; `js` is run; `sh` is neither, unless
 * it says `run`. What a block says it prints, in `// => value` comments, is compared line by line with what
 * it does print.
 */
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import ts from 'typescript';

export interface Block {
  /** Of the page, relative to the root of the package. */
  readonly page: string;
  /** Of the opening fence, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly flags: ReadonlySet<string>;
  /** The whole page with every other line left blank, so that positions in it are positions in the page. */
  readonly code: string;
  /** What the block says it prints; empty when it says nothing. */
  readonly expected: readonly string[];
}

export interface Outcome {
  readonly printed: readonly string[];
  /** Why the process did not end well, if it did not. */
  readonly failure: string | undefined;
}

/** Milliseconds a block may run. */
const RUN_LIMIT = 20_000;

const root = path.resolve(import.meta.dirname, '../..');
/** Inside the package, so that its own name resolves to `dist/` through its `exports`. */
const workshop = path.join(root, 'tmp/docs');

export function blocksOf(page: string, markdown: string): Block[] {
  const lines = markdown.split('\n');
  const blocks: Block[] = [];
  let given: number[] = [];
  for (let at = 0; at < lines.length; at++) {
    const comment = /^\s*<!--\s*given\b/.test(lines[at]!);
    const fence = /^\s*(`{3,})(\w*)(.*)$/.exec(lines[at]!);
    if (comment) {
      const end = lines.findIndex((text, index) => index >= at && text.includes('-->'));
      for (at += 1; at < end; at++) given.push(at);
    } else if (fence) {
      const [, ticks, language, rest] = fence;
      const start = at + 1;
      for (at = start; at < lines.length && !lines[at]!.trim().startsWith(ticks!); at++);
      const kept = new Set([...given, ...span(start, at)]);
      const code = lines.map((text, index) => (kept.has(index) ? text : '')).join('\n');
      const expected = lines
        .slice(start, at)
        .flatMap((text) => /\/\/ => (.*)$/.exec(text)?.[1]?.trim() ?? []);
      const flags = new Set(rest!.trim().split(/\s+/).filter(Boolean));
      blocks.push({ page, line: start, language: language!, flags, code, expected });
      given = [];
    } else if (lines[at]!.trim() !== '') {
      given = [];
    }
  }
  return blocks;
}

export function compiles({ language }: Block): boolean {
  return language === 'ts';
}

export function runs({ language, flags }: Block): boolean {
  if (language === 'sh') return flags.has('run');
  return (language === 'ts' || language === 'js') && !flags.has('norun');
}

/** What the compiler has to say about each block, as `page:line text`; one program per kind of decorator. */
export function compile(blocks: readonly Block[]): Map<Block, string[]> {
  const isLegacy = (block: Block): boolean => block.flags.has('legacy');
  const typed = blocks.filter(compiles);
  return new Map([
    ...diagnose(typed.filter(isLegacy), options(true)),
    ...diagnose(
      typed.filter((block) => !isLegacy(block)),
      options(false),
    ),
  ]);
}

/** Runs a block in a process of its own. */
export function run(block: Block): Promise<Outcome> {
  mkdirSync(workshop, { recursive: true });
  const extension = block.language === 'sh' ? 'sh' : block.flags.has('cjs') ? 'cjs' : 'mjs';
  const file = path.join(workshop, `${nameOf(block)}.${extension}`);
  writeFileSync(file, block.language === 'ts' ? transpile(block) : block.code);
  const [command, args] =
    extension === 'sh'
      ? ['bash', ['-euo', 'pipefail', file]]
      : [process.execPath, ['--enable-source-maps', file]];
  const env = { ...process.env, DEBUG: '', NODE_OPTIONS: '' };

  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd: root, env, timeout: RUN_LIMIT, killSignal: 'SIGKILL' },
      (error, out, err) => {
        const printed = out.split('\n').map((text) => text.trimEnd());
        while (printed.at(-1) === '') printed.pop();
        const late = error?.killed === true ? `still running after ${RUN_LIMIT} ms\n` : '';
        resolve({ printed, failure: error ? `${late}${err || error.message}` : undefined });
      },
    );
  });
}

/** `README.md:12` */
export function titleOf({ page, line }: Block): string {
  return `${page}:${line}`;
}

function nameOf({ page, line }: Block): string {
  return `${page.replaceAll(/[\\/]/g, '-')}.${line}`;
}

function span(start: number, end: number): number[] {
  return Array.from({ length: end - start }, (_, index) => start + index);
}

/** As in a strict project of a user's, not as in this one: examples follow their habits. */
function options(legacy: boolean): ts.CompilerOptions {
  return {
    target: ts.ScriptTarget.ES2022,
    lib: ['lib.es2023.d.ts', 'lib.esnext.decorators.d.ts', 'lib.esnext.disposable.d.ts'],
    types: ['node'],
    module: ts.ModuleKind.Node20,
    moduleDetection: ts.ModuleDetectionKind.Force,
    esModuleInterop: true,
    strict: true,
    exactOptionalPropertyTypes: true,
    noUncheckedIndexedAccess: true,
    skipLibCheck: true,
    noEmit: true,
    experimentalDecorators: legacy,
    emitDecoratorMetadata: legacy,
  };
}

function transpile(block: Block): string {
  return ts.transpileModule(block.code, {
    fileName: path.join(root, block.page.replace(/\.md$/, '.ts')),
    compilerOptions: {
      ...options(block.flags.has('legacy')),
      module: ts.ModuleKind.ESNext,
      noEmit: false,
      inlineSourceMap: true,
      inlineSources: true,
    },
  }).outputText;
}

function diagnose(blocks: readonly Block[], compilerOptions: ts.CompilerOptions): Map<Block, string[]> {
  if (blocks.length === 0) return new Map();
  const files = new Map(blocks.map((block) => [path.join(workshop, `${nameOf(block)}.ts`), block]));
  const host = ts.createCompilerHost(compilerOptions);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => files.has(file) || fileExists(file);
  host.readFile = (file) => files.get(file)?.code ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const block = files.get(file);
    return block ? ts.createSourceFile(file, block.code, rest[0], true) : getSourceFile(file, ...rest);
  };

  const program = ts.createProgram([...files.keys()], compilerOptions, host);
  return new Map(
    [...files].map(([file, block]) => {
      const source = program.getSourceFile(file);
      return [block, ts.getPreEmitDiagnostics(program, source).map((one) => report(block, one))];
    }),
  );
}

function report(block: Block, { file, start, code, messageText }: ts.Diagnostic): string {
  const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : block.line;
  return `${block.page}:${line} TS${code} ${ts.flattenDiagnosticMessageText(messageText, '\n  ')}`;
}
