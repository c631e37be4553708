import { describe, expect, it } from '@jest/globals';
import {
  BodyReplayError,
  ConnectTimeoutError,
  ConnectionError,
  DecodeError,
  HttpError,
  ProtocolError,
  ReadTimeoutError,
  ResponseSizeError,
  TotalTimeoutError,
} from '../../../src/http/http-errors.js';
import type { FailureFacts } from '../../../src/http/http-errors.js';
import { type Ruling, rulingOnError, rulingOnStatus } from '../../../src/http/judgement/decision-table.js';

const name = { method: 'GET', url: 'https://host.test/' };
const broken = (facts: FailureFacts): ConnectionError => new ConnectionError(name, 'broken', facts);

describe('rulingOnStatus', () => {
  const always: Ruling = { counter: 'status', retry: 'always' };
  const idempotent: Ruling = { counter: 'status', retry: 'idempotent' };
  const never: Ruling = { counter: 'status', retry: 'never' };

  it.each([429, 502, 503])('has %i repeated for every method: the server did no work', (status) => {
    expect(rulingOnStatus(status, false, true)).toEqual(always);
    expect(rulingOnStatus(status, false, false)).toEqual(always);
  });

  it.each([408, 500, 504, 520, 521, 522, 523, 524, 529])(
    'has %i repeated where the request may be',
    (status) => {
      expect(rulingOnStatus(status, false, true)).toEqual(idempotent);
      expect(rulingOnStatus(status, true, false)).toEqual(idempotent);
    },
  );

  it('has 425 repeated, once where the request may not be repeated', () => {
    expect(rulingOnStatus(425, false, true)).toEqual(always);
    expect(rulingOnStatus(425, false, false)).toEqual({ ...always, most: 1 });
  });

  it('has 413 repeated where the server says when', () => {
    expect(rulingOnStatus(413, true, false)).toEqual(always);
    expect(rulingOnStatus(413, false, true)).toEqual(never);
  });

  it('has 421 repeated at once and once, on another connection, for every method', () => {
    const misdirected = { counter: 'connect', retry: 'always', most: 1, atOnce: true };

    expect(rulingOnStatus(421, false, false)).toEqual(misdirected);
  });

  it.each([501, 505, 506, 507, 508, 510, 511, 519, 525, 530, 599])(
    'leaves %i: it will not pass',
    (status) => {
      expect(rulingOnStatus(status, true, true)).toEqual(never);
    },
  );

  it.each([100, 200, 202, 206, 301, 304, 308, 400, 401, 403, 404, 409, 410, 418, 422, 431, 451])(
    'leaves %i',
    (status) => {
      expect(rulingOnStatus(status, true, true)).toEqual(never);
    },
  );
});

describe('rulingOnError', () => {
  const connect: Ruling = { counter: 'connect', retry: 'always' };
  const read: Ruling = { counter: 'read', retry: 'idempotent' };
  const never: Ruling = { counter: 'other', retry: 'never' };

  it.each([
    'EAI_AGAIN',
    'ESERVFAIL',
    'ECONNREFUSED',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'ENETDOWN',
    'EADDRNOTAVAIL',
    'ECONNRESET',
    'UND_ERR_SOCKET',
    'UND_ERR_ABORTED',
    undefined,
  ])('repeats for every method what was never sent: %s', (transportCode) => {
    expect(rulingOnError(broken({ phase: 'queued', transportCode }))).toEqual(connect);
  });

  it('repeats a connect timeout, and a wait for a free connection, for every method', () => {
    expect(rulingOnError(new ConnectTimeoutError(name, 5))).toEqual(connect);
  });

  it('repeats for a name that is not there once', () => {
    expect(rulingOnError(broken({ phase: 'queued', transportCode: 'ENOTFOUND' }))).toEqual({
      ...connect,
      most: 1,
    });
  });

  it.each(['NGHTTP2_REFUSED_STREAM', 'ERR_HTTP2_GOAWAY_SESSION'])(
    'repeats at once, once, a stream that was refused: %s',
    (transportCode) => {
      expect(rulingOnError(broken({ phase: 'started', transportCode }))).toEqual({
        ...connect,
        most: 1,
        atOnce: true,
      });
    },
  );

  it('repeats at once where the request may be, after a connection that had gone stale', () => {
    const ruling = rulingOnError(
      broken({ phase: 'started', transportCode: 'UND_ERR_SOCKET', isStale: true }),
    );

    expect(ruling).toEqual({ ...read, atOnce: true });
  });

  it.each(['ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET'])('repeats where the request may be, after %s', (code) => {
    expect(rulingOnError(broken({ phase: 'started', transportCode: code }))).toEqual(read);
  });

  it.each(['started', 'headers', 'body'] as const)(
    'repeats where the request may be, after silence while it was at %s',
    (phase) => {
      expect(rulingOnError(new ReadTimeoutError(name, 25, { phase }))).toEqual(read);
    },
  );

  it('repeats where the request may be, after a body that was cut', () => {
    expect(rulingOnError(broken({ phase: 'body', transportCode: 'UND_ERR_SOCKET' }))).toEqual(read);
  });

  it('repeats once where the request may be, after what is not HTTP', () => {
    const error = new ProtocolError(name, 'not HTTP', { phase: 'started', transportCode: 'HPE_INVALID' });

    expect(rulingOnError(error)).toEqual({ counter: 'other', retry: 'idempotent', most: 1 });
  });

  it.each([
    ['a certificate, a closed agent, a bad argument', broken({ phase: 'queued', isPermanent: true })],
    ['the time of the whole call', new TotalTimeoutError(name, 60_000, { phase: 'started' })],
    ['an answer that is too large', new ResponseSizeError(name, 'too large')],
    ['a body that is not what it says', new DecodeError(name, 'not gzip')],
    ['a body that cannot be sent again', new BodyReplayError(name)],
    ['anything else of ours', new HttpError('ERR_OTHER', name, 'other')],
  ])('leaves %s', (_, error) => {
    expect(rulingOnError(error)).toEqual(never);
  });
});
