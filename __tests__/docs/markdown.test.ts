/**
 * Does every example of the documentation compile, run, and print what it says it prints?
 *
 * The examples import the package by its name, so they meet what users meet: `npm run build` first.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Block, blocksOf, compile, compiles, type Outcome, run, runs, titleOf } from './blocks.js';

const root = path.resolve(import.meta.dirname, '../..');

/** Milliseconds for all of them together. */
const PATIENCE = 240_000;

const docs = path.join(root, 'docs');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  ...(existsSync(docs) ? readdirSync(docs).map((file) => `docs/${file}`) : []),
].filter((page) => page.endsWith('.md') && existsSync(path.join(root, page)));

describe('the documentation', () => {
  const blocks = pages.flatMap((page) => blocksOf(page, readFileSync(path.join(root, page), 'utf8')));
  const outcomes = new Map<Block, Outcome>();
  let diagnostics = new Map<Block, string[]>();

  beforeAll(async () => {
    diagnostics = compile(blocks);
    const waiting = blocks.filter(runs);
    const worker = async (): Promise<void> => {
      for (let block = waiting.shift(); block; block = waiting.shift()) outcomes.set(block, await run(block));
    };
    await Promise.all(Array.from({ length: availableParallelism() }, worker));
  }, PATIENCE);

  it('shows the package at work in the README', () => {
    expect(blocks.filter((block) => block.page === 'README.md').filter(runs)).not.toEqual([]);
  });

  for (const block of blocks) {
    if (compiles(block)) {
      it(`${titleOf(block)} compiles`, () => {
        expect(diagnostics.get(block)).toEqual([]);
      });
    }
    if (runs(block)) {
      it(`${titleOf(block)} runs`, () => {
        expectGood(block, outcomes.get(block)!);
      });
    }
  }
});

describe('the check of the documentation', () => {
  const fenced = (info: string, ...lines: string[]): string => ['```' + info, ...lines, '```', ''].join('\n');
  const only = (markdown: string): Block => blocksOf('page.md', markdown)[0]!;

  it('names page and line of what does not compile', () => {
    const block = only(`# Page\n\n${fenced('ts', 'let n = 1;', `n = 'one';`)}`);

    expect(compile([block]).get(block)).toEqual([expect.stringMatching(/^page\.md:5 TS2322/)]);
  });

  it('knows both kinds of decorators', () => {
    const text = ['function d(target: object, key: string) {}', 'class A { @d m() {} }'];
    const legacy = only(fenced('ts legacy', ...text));
    const standard = only(fenced('ts', ...text));

    const diagnostics = compile([legacy, standard]);

    expect(diagnostics.get(legacy)).toEqual([]);
    expect(diagnostics.get(standard)).toEqual([expect.stringMatching(/^page\.md:3 TS/)]);
  });

  it('sees what the package exports, and what it does not', () => {
    const block = only(fenced('ts', `import { nothingOfThatName } from 'stampede-js';`));

    expect(compile([block]).get(block)).toEqual([expect.stringMatching(/^page\.md:2 TS2305/)]);
  });

  it('compares what is printed with what the page says', async () => {
    const right = only(fenced('ts', 'console.log(40 + 2); // => 42'));
    const wrong = only(fenced('ts', 'console.log(40 + 2); // => 43'));

    const outcome = await run(right);

    expectGood(right, outcome);
    expect(() => expectGood(wrong, outcome)).toThrow('43');
  });

  it('names page and line of what throws', async () => {
    const block = only(`text\n\n${fenced('ts', 'interface Gone {}', `throw new Error('boom');`)}`);

    const { failure } = await run(block);

    expect(failure).toMatch(/page\.ts:5:7/);
    expect(failure).toContain('boom');
  });

  it('puts what is given before the block that needs it', async () => {
    const page = `<!-- given\nconst answer: number = 42;\n-->\n\n${fenced('ts', 'console.log(answer); // => 42')}`;
    const block = only(page);

    expect(compile([block]).get(block)).toEqual([]);
    expectGood(block, await run(block));
  });

  it('leaves alone what is not meant to run', () => {
    const flags = ['ts norun', 'sh', 'sh run', 'js', 'json', ''].map((info) => runs(only(fenced(info, 'x'))));

    expect(flags).toEqual([false, false, true, true, false, false]);
  });
});

function expectGood(block: Block, { printed, failure }: Outcome): void {
  expect(failure).toBeUndefined();
  if (block.expected.length > 0) expect(printed).toEqual(block.expected);
}
