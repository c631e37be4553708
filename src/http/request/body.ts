/**
 * What a request carries: which of the ways to give a body was used, and what becomes of it.
 *
 * `body-kinds.ts` has the bodies.
 */
import { OptionError } from '../../core.js';
import type { RequestName } from '../http-errors.js';
import {
  BlobBody,
  type BodyFactory,
  Bytes,
  Factory,
  FormBody,
  Once,
  type RequestBody,
  bytesOf,
  isBytes,
  noBody,
} from './body-kinds.js';
import { type FilesInput, formOf, formWith, isBlob, isFormData } from './multipart.js';
import { type StreamInput, isStreamInput } from './one-shot-body.js';
import { type ParamsInput, encoded, readParams } from './params.js';

export { noBody };
export type { BodyFactory, RequestBody };

/** What can be sent as it is. */
export type BodyInput =
  | string
  | ArrayBuffer
  | ArrayBufferView
  | Blob
  | URLSearchParams
  | StreamInput
  | Iterable<readonly [string, any]>;

/** The four ways to give a body. */
export interface Payload {
  readonly data?: BodyInput | ParamsInput | BodyFactory | null | undefined;
  readonly json?: unknown;
  readonly files?: FilesInput | null | undefined;
  readonly body?: BodyInput | BodyFactory | null | undefined;
}

const formType = 'application/x-www-form-urlencoded';

/**
 * The body that was given.
 *
 * @param request  What it belongs to, for the error of a stream that would have to be sent twice.
 * @throws {OptionError} when it was given in two ways, or cannot be sent.
 */
export function bodyOf(given: Payload, request: () => RequestName): RequestBody {
  const { data, json, files, body } = given;
  if (json !== undefined) return jsonBody(json, alone('json', given));
  if (body !== undefined && body !== null) return anyBody('body', body, alone('body', given) && request);
  if (files !== undefined && files !== null) return new FormBody(formWith(fieldsOf(data), files));
  return data === undefined || data === null ? noBody : dataBody(data, request);
}

// @returns true, so that it can stand in an expression
function alone(option: keyof Payload, given: Payload): true {
  const others = (['data', 'json', 'files', 'body'] as const).filter((name) => {
    return name !== option && given[name] !== undefined && given[name] !== null;
  });
  if (others.length === 0) return true;
  throw new OptionError(option, undefined, `cannot be sent beside ${others.join(' and ')}`, { got: 'both' });
}

function jsonBody(json: unknown, _alone: true): RequestBody {
  let text: string | undefined;
  try {
    text = JSON.stringify(json);
  } catch (cause) {
    throw new OptionError('json', json, 'must be a value that JSON can hold', {
      cause,
      got: failureOf(cause),
    });
  }
  if (text === undefined) throw new OptionError('json', json, 'must be a value that JSON can hold');
  return new Bytes(text, 'application/json');
}

function failureOf(cause: unknown): string {
  return cause instanceof Error
    ? `one that fails: ${cause.message.split('\n', 1)[0] ?? ''}`
    : 'one that fails';
}

function fieldsOf(data: Payload['data']): ReadonlyMap<string, readonly string[] | null> {
  if (data === undefined || data === null) return new Map();
  if (typeof data !== 'object' || isBlob(data) || isBytes(data) || isFormData(data) || isStreamInput(data)) {
    throw new OptionError('data', undefined, 'must be an object of fields beside files', {
      got: 'something else',
    });
  }
  return readParams('data', data as ParamsInput);
}

function dataBody(data: NonNullable<Payload['data']>, request: () => RequestName): RequestBody {
  const isForm = typeof data === 'object' && !isSendable(data);
  return isForm
    ? new Bytes(encoded(readParams('data', data as ParamsInput)), formType)
    : anyBody('data', data, request);
}

function isSendable(value: object): boolean {
  return isBytes(value) || isBlob(value) || isFormData(value) || isStreamInput(value);
}

function anyBody(option: 'data' | 'body', given: unknown, request: () => RequestName): RequestBody {
  if (typeof given === 'string') return new Bytes(given, undefined);
  if (isBytes(given)) return new Bytes(bytesOf(given, true), undefined);
  if (typeof given === 'function') return new Factory(option, given as BodyFactory);
  if (given instanceof URLSearchParams) return new Bytes(given.toString(), `${formType};charset=UTF-8`);
  if (isBlob(given)) return new BlobBody(given);
  if (typeof given === 'object' && given !== null) {
    if (isFormData(given)) return new FormBody(formOf(given));
    if (isStreamInput(given)) return new Once(given, request);
  }
  throw new OptionError(option, given, option === 'body' ? allowedBody : allowedData);
}

const allowedBody =
  'must be text, bytes, a Blob, a FormData, a URLSearchParams, a stream or a function that gives one ' +
  '(an object: json for JSON, data for a form)';
const allowedData = 'must be an object of form fields, text, bytes, or a stream';
