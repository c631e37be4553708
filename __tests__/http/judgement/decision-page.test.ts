/**
 * Do the tables of `docs/http.md` say what the code does?
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  ConnectTimeoutError,
  ConnectionError,
  DecodeError,
  type FailureFacts,
  type HttpError,
  HttpError as AnyHttpError,
  ProtocolError,
  ReadTimeoutError,
  ResponseSizeError,
  TotalTimeoutError,
} from '../../../src/http/http-errors.js';
import { type Ruling, rulingOnError, rulingOnStatus } from '../../../src/http/judgement/decision-table.js';
import { checkRetries } from '../../../src/http/judgement/retry-counts.js';
import { readTimeouts, settledTimeouts } from '../../../src/http/request/timeouts.js';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../docs/http.md'), 'utf8');

/** The rows of the table whose first column has this head; cells without backticks. */
function table(head: string): string[][] {
  const lines = page.split('\n');
  const start = lines.findIndex(
    (line, at) => cellsOf(line)[0] === head && /^\|[ |-]+$/.test(lines[at + 1] ?? ''),
  );
  if (start < 0) throw new Error(`docs/http.md has no table with the column "${head}"`);
  const length = lines.slice(start).findIndex((line) => !line.startsWith('|'));
  return lines.slice(start + 2, start + length).map(cellsOf);
}

function cellsOf(line: string): string[] {
  if (!line.startsWith('|')) return [];
  return line
    .split('|')
    .slice(1, -1)
    .map((cell) => cell.replaceAll('`', '').trim());
}

/** A ruling in the words of the page. */
function said(ruling: Ruling, isIdempotent: boolean): string {
  const mayRetry = ruling.retry === 'always' || (ruling.retry === 'idempotent' && isIdempotent);
  if (!mayRetry) return 'no';
  if (ruling.most === 1) return ruling.atOnce === true ? 'once, at once' : 'once';
  return ruling.atOnce === true ? 'yes, at first at once' : 'yes';
}

function charged({ retry, counter }: Ruling): string {
  return retry === 'never' ? '–' : counter;
}

describe('the page on HTTP', () => {
  describe.each(table('status'))('says of %s', (statuses, counter, idempotent, other) => {
    const listed = table('status').flatMap(([cell = '']) => numbersIn(cell));
    const own = numbersIn(statuses ?? '');
    const all = own.length > 0 ? own : range(400, 599).filter((status) => !listed.includes(status));
    const asks = statuses?.includes('Retry-After') ?? false;

    it('what the table of the code says', () => {
      for (const status of all) {
        const [repeated, once] = [rulingOnStatus(status, asks, true), rulingOnStatus(status, asks, false)];
        expect([status, charged(repeated), said(repeated, true), said(once, false)]).toEqual([
          status,
          counter,
          idempotent,
          other,
        ]);
      }
    });
  });

  it('leaves out no status that is retried', () => {
    const listed = table('status').flatMap(([cell = '']) => numbersIn(cell));
    const retried = range(100, 599).filter((status) => rulingOnStatus(status, true, true).retry !== 'never');

    expect(listed.sort((one, two) => one - two)).toEqual(retried);
  });

  const what = { method: 'GET', url: 'http://a.example/' };
  const failed = (facts: FailureFacts): HttpError => new ConnectionError(what, 'failed', facts);
  const errors: readonly (readonly [start: string, ...HttpError[]])[] = [
    [
      'no connection',
      failed({ phase: 'queued', transportCode: 'ECONNRESET' }),
      new ConnectTimeoutError(what, 5),
    ],
    ['a name that does not exist', failed({ phase: 'queued', transportCode: 'ENOTFOUND' })],
    ['a connection that was kept open', failed({ phase: 'started', isStale: true })],
    ['no answer', failed({ phase: 'started' }), new ReadTimeoutError(what, 25, { phase: 'started' })],
    ['half an answer', failed({ phase: 'body' }), new ReadTimeoutError(what, 25, { phase: 'body' })],
    ['an answer that is not HTTP', new ProtocolError(what, 'junk', { phase: 'started' })],
    ['HTTP/2', failed({ phase: 'started', transportCode: 'NGHTTP2_REFUSED_STREAM' })],
    ['a certificate', failed({ phase: 'queued', isPermanent: true })],
    ['an answer that is too large', new ResponseSizeError(what, 'large'), new DecodeError(what, 'no gzip')],
    ['too many redirects', new AnyHttpError('ERR_REDIRECT', what, 'more than 10 redirects')],
    ['timeout.total', new TotalTimeoutError(what, 100, { phase: 'queued' })],
  ];

  it.each(errors)('says of "%s" what the table of the code says', (start, ...all) => {
    const [, ...cells] = table('what went wrong').find(([text]) => text?.startsWith(start)) ?? [];

    for (const error of all) {
      const ruling = rulingOnError(error);
      expect(cells).toEqual([charged(ruling), said(ruling, true), said(ruling, false)]);
    }
  });

  it('says no more than that', () => {
    expect(table('what went wrong')).toHaveLength(errors.length);
  });

  it.each(table('retries'))('counts retries: %s as the code does', (given, ...counts) => {
    const { total, connect, read, status, other } = checkRetries(valueOf(given)).counts;

    expect(counts).toEqual([total, connect, read, status, other].map(String));
  });

  it.each(table('timeout'))('reads timeout: %s as the code does', (given = '', ...times) => {
    for (const value of given.split(' or ').map(valueOf)) {
      const limits = settledTimeouts(value === undefined ? {} : readTimeouts(value));
      expect([limits.connect, limits.read, limits.total]).toEqual(times.map(msOf));
    }
  });
});

function numbersIn(text: string): number[] {
  return [...text.matchAll(/(\d{3})(?:–(\d{3}))?/g)].flatMap(([, first, last = first]) =>
    range(Number(first), Number(last)),
  );
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index);
}

/** What stands in a cell, as JavaScript has it. */
function valueOf(text = ''): unknown {
  if (text === 'not given') return undefined;
  if (text === 'Infinity') return Infinity;
  return JSON.parse(text.replaceAll("'", '"').replaceAll(/(\w+):/g, '"$1":')) as unknown;
}

function msOf(text: string): number {
  if (text === 'none') return Infinity;
  const units: Record<string, number> = { ms: 1, s: 1000, min: 60_000 };
  return [...text.matchAll(/(\d+) (\w+)/g)].reduce(
    (sum, [, count, unit = '']) => sum + Number(count) * units[unit]!,
    0,
  );
}
