/** litl/backoff's suite, the tests of logging. The default logger is the package `debug`, silent until it is asked. */
import { format } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { type Log, type LogLevel, VirtualClock, expo, onException, onPredicate } from '../../src/core.js';
import { KeyError, ValueError } from './cases.js';

interface Debug {
  (namespace: string): (text: string) => void;
  enable(namespaces: string): void;
  disable(): string;
  log(...args: unknown[]): void;
}

// The library asks the host for `debug`, so this is the one that it gets.
const debug = process.getBuiltinModule('node:module').createRequire(import.meta.url)('debug') as Debug;

describe('logging, as in the suite of litl/backoff', () => {
  const before = { log: debug.log, wanted: process.env['DEBUG'] };
  let lines: string[];
  beforeEach(() => {
    lines = [];
    debug.log = (...args) => void lines.push(format(...args));
    debug.enable('stampede:*,my-logger');
    process.env['DEBUG'] = 'stampede:*';
  });
  afterEach(() => {
    jest.restoreAllMocks();
    debug.log = before.log;
    debug.disable();
    if (before.wanted === undefined) delete process.env['DEBUG'];
    else process.env['DEBUG'] = before.wanted;
  });

  const failing = (log?: Log | false) =>
    onException(expo, KeyError, { maxTries: 3, clock: new VirtualClock(), mode: 'sync', log })(() => {
      throw new KeyError('lost');
    });

  it('B26: logs two backoffs and giving up to stampede:retry', () => {
    const call = failing();

    expect(call).toThrow(KeyError);

    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain('stampede:retry');
    expect(lines[0]).toContain('Backing off anonymous(...) for ');
    expect(lines[1]).toContain('Backing off anonymous(...) for ');
    expect(lines[2]).toContain('Giving up anonymous(...) after 3 tries (KeyError: lost)');
  });

  it('says nothing by default, until DEBUG asks for it', () => {
    const written = [jest.spyOn(console, 'error'), jest.spyOn(console, 'warn'), jest.spyOn(console, 'log')];
    delete process.env['DEBUG'];
    debug.disable();
    const call = failing();

    expect(call).toThrow(KeyError);

    expect(lines).toEqual([]);
    for (const spy of written) expect(spy).not.toHaveBeenCalled();
  });

  it('B27: logs nothing with log: false', () => {
    const call = failing(false);

    expect(call).toThrow(KeyError);

    expect(lines).toEqual([]);
  });

  it('B28: logs to a function of the user instead', () => {
    const records: [LogLevel, string][] = [];
    const call = failing((level, text) => void records.push([level, text.slice(0, 10)]));

    expect(call).toThrow(KeyError);

    expect(records).toEqual([
      ['info', 'Backing of'],
      ['info', 'Backing of'],
      ['error', 'Giving up '],
    ]);
    expect(lines).toEqual([]);
  });

  it('B29: logs to any logger that has a name', () => {
    const logger = debug('my-logger');
    const call = failing((_, text) => logger(text));

    expect(call).toThrow(KeyError);

    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toContain('my-logger');
  });

  const clock = new VirtualClock();
  const raising = (log: Log) => {
    const call = onException(expo, ValueError, { maxTries: 3, clock, mode: 'sync', log })(() => {
      throw new ValueError();
    });
    expect(call).toThrow(ValueError);
  };
  const refusing = (log: Log) => {
    const call = onPredicate(expo, undefined, { maxTries: 3, clock, mode: 'sync', log })(() => false);
    expect(call()).toBe(false);
  };
  const levels = ['debug', 'info', 'warning', 'error', 'critical'];
  const pairs = levels.flatMap((backoff) => levels.map((giveup) => [backoff, giveup] as const));

  it.each([
    ['onPredicate', refusing],
    ['onException', raising],
  ])('B30: %s logs backoffs and giving up at any two levels the user maps ours to', (_, call) => {
    for (const [backoff, giveup] of pairs) {
      const records: string[] = [];
      const mapped = { info: backoff, error: giveup };

      call((level, text) => void records.push(`${mapped[level]}: ${/^\w+ \w+/.exec(text)?.[0]}`));

      expect(records).toEqual([`${backoff}: Backing off`, `${backoff}: Backing off`, `${giveup}: Giving up`]);
    }
  });
});
