/**
 * Where an error came from: the asynchronous stack reaches through the wrapper to the caller.
 *
 * Run in a plain Node, since a test runner touches stacks.
 */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { runInNode } from '../support/run-in-node.js';

/** Options under which a call fails, and how many attempts fail first with an error of no interest. */
const cases: Readonly<Record<string, readonly [options: string, before: number]>> = {
  'without a retry': ['{ errors: TypeError }', 0],
  'given up at once': ['{ maxTries: 1 }', 0],
  'after retries without a wait': ['{ maxTries: 4, wait: constant(0) }', 3],
  'after retries with waits': ['{ maxTries: 4, wait: constant(1), jitter: null }', 3],
  'with a predicate': ['{ errors: Error, predicate: () => false, maxTries: 3, wait: constant(1) }', 2],
  'with a predicate, without a retry': ['{ predicate: () => false }', 0],
  'with maxTime': ["{ maxTime: '1m', maxTries: 3, wait: constant(1) }", 2],
  'with maxTime, without a retry': ["{ maxTime: '1m', errors: TypeError }", 0],
  'with a signal': ['{ signal: new AbortController().signal, maxTries: 3, wait: constant(1) }', 2],
  'with a signal, without a retry': ['{ signal: new AbortController().signal, errors: TypeError }', 0],
  'with handlers': [
    '{ onAttempt() {}, onBackoff() {}, onSuccess() {}, onGiveup() {}, maxTries: 3, wait: constant(1) }',
    2,
  ],
  'with handlers, without a retry': ['{ onAttempt() {}, onSuccess() {}, errors: TypeError }', 0],
  'with async handlers': ['{ async onBackoff() {}, async onGiveup() {}, maxTries: 3, wait: constant(1) }', 2],
  'with an async giveup': ['{ giveup: async () => false, maxTries: 3, wait: constant(1) }', 2],
  'with a budget': [
    '{ budget: { take: () => true, refund() {}, earn() {} }, maxTries: 3, wait: constant(1) }',
    2,
  ],
  'with everything': [
    `{ errors: Error, predicate: () => false, maxTime: '1m', signal: new AbortController().signal, onAttempt() {},
       onBackoff() {}, onSuccess() {}, onGiveup() {}, maxTries: 3, wait: constant(1), log() {} }`,
    2,
  ],
  'in mode async': ["{ mode: 'async', maxTries: 3, wait: constant(1) }", 2],
};

const program = `
  const { compose, constant, deadline, gateway, subscribe, withRetry, retry } = stampede;
  const stacks = {};
  async function note(name, work) {
    try { await work(); } catch (error) { stacks[name] = error.stack; }
  }
  const failing = (before) => {
    let calls = 0;
    return async function deepInside() {
      await null;
      calls += 1;
      throw new Error(calls > before ? 'the last' : 'an earlier one');
    };
  };
  async function theCaller(call) { return await call(); }

  await note('bare', async () => theCaller(failing(0)));
  ${Object.entries(cases)
    .map(
      ([name, [options, before]]) =>
        `await note(${JSON.stringify(name)}, () => theCaller(withRetry(failing(${before}), ${options})));`,
    )
    .join('\n  ')}
  await note('in a method', async () => {
    class Api { load() { return this.inner(); } }
    Api.prototype.inner = withRetry(failing(1), { maxTries: 2, wait: constant(1) });
    await theCaller(() => new Api().load());
  });
  await note('by run', () => theCaller(() => retry({ maxTries: 2, wait: constant(1) }).run(failing(1))));
  const stop = subscribe(() => {});
  await note('in a gateway', () => theCaller(gateway('one', { retry: { maxTries: 2, wait: constant(1) } })(failing(1))));
  await note('in a gateway, without a retry', () => theCaller(gateway('two', { retry: { errors: TypeError } })(failing(0))));
  await note('under a deadline', () => theCaller(compose(deadline('1m'), retry({ maxTries: 2, wait: constant(1) }))(failing(1))));
  await note('while the event hub is watched', () => theCaller(withRetry(failing(2), { maxTries: 3, wait: constant(1) })));
  stop();
  console.log(JSON.stringify(stacks));
`;

describe('the stack of an error', () => {
  let stacks: Readonly<Record<string, string>> = {};
  beforeAll(async () => {
    stacks = JSON.parse((await runInNode(program)).stdout) as typeof stacks;
  });

  const others = [
    'in a method',
    'by run',
    'in a gateway',
    'in a gateway, without a retry',
    'under a deadline',
    'while the event hub is watched',
  ];
  it.each(['bare', ...Object.keys(cases), ...others])('names the caller: %s', (name) => {
    expect(stacks[name]).toMatch(/^Error: the last$/m);
    expect(stacks[name]).toMatch(/at (async )?(\w+\.)?deepInside/);
    expect(stacks[name]).toMatch(/at async theCaller/);
  });
});
