/**
 * What TypeScript says to someone who has made a mistake. That it says anything at all is in the files beside this one.
 */
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';

const root = path.resolve(import.meta.dirname, '../..');
const file = path.join(import.meta.dirname, 'mistakes.ts');

const preamble = `
  import { type Substitute, compose, expo, fibo, onException, onPredicate, retry, withRetry } from '../../src/index.js';
  declare function fetchUser(id: number): Promise<string>;
  declare function fallback<T>(value: T): Substitute<unknown, T>;
`;

const mistakes: readonly [what: string, code: string, says: string][] = [
  ['an option of withRetry', `withRetry(fetchUser, { maxTires: 5 });`, `Did you mean to write 'maxTries'?`],
  ['an option of retry', `retry({ maxTires: 5 });`, `Did you mean to write 'maxTries'?`],
  [
    'an option of onException',
    `onException(expo, Error, { maxTires: 5 });`,
    `Did you mean to write 'maxTries'?`,
  ],
  [
    'an option of onPredicate',
    `onPredicate(fibo, undefined, { maxTires: 5 });`,
    `Did you mean to write 'maxTries'?`,
  ],
  [
    'an option of one call',
    `retry().run(fetchUser as never, { maxTires: 5 });`,
    `Did you mean to write 'maxTries'?`,
  ],
  ['an option of a copy', `retry().with({ maxTires: 5 });`, `Did you mean to write 'maxTries'?`],
  [
    'an option of a rule',
    `retry({ rules: [{ errors: Error, maxTires: 5 }] });`,
    `Did you mean to write 'maxTries'?`,
  ],
  [
    'a method that does not declare what a fallback adds',
    `class Users { @fallback(null) async one(): Promise<string> { return 'Ann'; } }`,
    `'declare the result as': Promise<string | null>`,
  ],
  [
    'a method that does not declare what raiseOnGiveup: false adds',
    `class Users { @retry({ raiseOnGiveup: false }) one(): string { return 'Ann'; } }`,
    `'declare the result as': string | undefined`,
  ],
  [
    `a method that does not declare what mode: 'async' gives`,
    `class Users { @retry({ mode: 'async' }) one(): string { return 'Ann'; } }`,
    `'declare the result as': Promise<string>`,
  ],
];

describe('TypeScript explains', () => {
  let said: ReadonlyMap<number, string>;

  beforeAll(() => {
    said = compile(preamble + mistakes.map(([, code]) => code).join('\n'));
  });

  it.each(
    mistakes.map(([what, , says], index) => ({ what, says, line: preamble.split('\n').length - 1 + index })),
  )('$what: $says', ({ says, line }) => {
    expect(said.get(line)).toContain(says);
  });

  it('nothing where there is no mistake', () => {
    const lines = mistakes.map((_, index) => preamble.split('\n').length - 1 + index);

    expect([...said.keys()].filter((line) => !lines.includes(line))).toEqual([]);
  });
});

/** What the compiler says, by line. */
function compile(text: string): Map<number, string> {
  const { config } = ts.readConfigFile(path.join(root, 'tsconfig.json'), (name) => ts.sys.readFile(name));
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const host = ts.createCompilerHost(options);
  const getSourceFile = host.getSourceFile.bind(host);
  host.getSourceFile = (name, ...rest) =>
    name === file ? ts.createSourceFile(name, text, ts.ScriptTarget.ES2022) : getSourceFile(name, ...rest);
  const program = ts.createProgram([file], options, host);
  const source = program.getSourceFile(file);
  const said = new Map<number, string>();
  for (const { start = 0, messageText } of program.getSemanticDiagnostics(source)) {
    const { line } = source!.getLineAndCharacterOfPosition(start);
    said.set(line, `${said.get(line) ?? ''}${ts.flattenDiagnosticMessageText(messageText, '\n')}\n`);
  }
  return said;
}
