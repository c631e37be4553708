/**
 * Forms with files: what is given for a file, and the encoding, which is undici's.
 */
import { Blob, File } from 'node:buffer';
import { FormData, Response } from 'undici';
import { OptionError, checkKeys } from '../../core.js';
import type { Params } from './params.js';

/** What a file holds. Text is sent as UTF-8. A large file: `await fs.openAsBlob(path)`. */
export type FileContent = string | ArrayBuffer | ArrayBufferView | Blob;

/** A file with its name and type. */
export interface FileParts {
  readonly content: FileContent;
  /** @default the name of a `File`, else that of the field */
  readonly filename?: string | undefined;
  /** @default the type of a `Blob`, else application/octet-stream */
  readonly contentType?: string | undefined;
}

/** A file: its content, all its parts, or requests' `[filename, content, contentType]`. */
export type FileInput =
  FileContent | FileParts | readonly [filename: string, content: FileContent, contentType?: string];

/** Files by field. A list of files is sent as several of one field. */
export type FilesInput =
  | Readonly<Record<string, FileInput | readonly Exclude<FileInput, string>[]>>
  | Iterable<readonly [field: string, file: FileInput | readonly Exclude<FileInput, string>[]]>;

/** A form as it is sent. */
export interface EncodedForm {
  /** Holds the boundary. */
  readonly contentType: string;
  /** Reads the files, once. */
  readonly bytes: () => Promise<Uint8Array>;
}

/** The form that another `FormData` (Node's own, or one of another undici) holds. */
export function formOf(given: Iterable<unknown>): FormData {
  const form = new FormData();
  for (const [name, value] of given as Iterable<[string, string | File]>) {
    if (typeof value === 'string') form.append(name, value);
    else form.append(name, value, value.name);
  }
  return form;
}

/** Whether a value is a `FormData` of anybody. */
export function isFormData(value: object): value is Iterable<unknown> {
  return (
    (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag] === 'FormData' &&
    Symbol.iterator in value
  );
}

/** A form of fields and files. @throws {OptionError} for what is no file. */
export function formWith(fields: Params, files: FilesInput): FormData {
  const form = new FormData();
  for (const [name, values] of fields) {
    for (const value of values ?? []) form.append(name, value);
  }
  for (const entry of filesOf(files)) {
    if (!Array.isArray(entry) || entry.length !== 2 || typeof entry[0] !== 'string') throw noFiles(files);
    const [field, given] = entry as [string, unknown];
    for (const file of isSeveral(given) ? given : [given]) appendFile(form, field, file);
  }
  return form;
}

function filesOf(files: FilesInput): Iterable<unknown> {
  if (typeof files !== 'object' || files === null || isFormData(files)) throw noFiles(files);
  return Symbol.iterator in files ? (files as Iterable<unknown>) : Object.entries(files);
}

function noFiles(files: unknown): OptionError {
  return new OptionError('files', files, 'must be an object of files by field, or pairs of field and file');
}

// ['name.txt', content] is one file, [content, content] are two.
function isSeveral(given: unknown): given is readonly unknown[] {
  return Array.isArray(given) && typeof given[0] !== 'string';
}

function appendFile(form: FormData, field: string, given: unknown): void {
  const option = `files[${JSON.stringify(field)}]`;
  const { content, filename, contentType } = partsOf(option, given);
  const blob = isBlob(content) ? content : new Blob([content as string]);
  const type = checkText(`${option}.contentType`, contentType ?? blob.type);
  const name = filename ?? (isBlob(content) && 'name' in content ? (content as File).name : field);
  form.append(field, new File([blob], checkText(`${option}.filename`, name), { type }), name);
}

function partsOf(option: string, given: unknown): FileParts {
  if (isContent(given)) return { content: given };
  const isTuple = Array.isArray(given) && (given.length === 2 || given.length === 3);
  const parts = isTuple ? { filename: given[0], content: given[1], contentType: given[2] } : given;
  if (typeof parts !== 'object' || parts === null || !('content' in parts) || !isContent(parts.content)) {
    const allowed =
      'must be text, bytes, a Blob, { content, filename, contentType } or [filename, content, contentType] ' +
      '(a file on disk: await fs.openAsBlob(path))';
    throw new OptionError(option, given, allowed);
  }
  checkKeys(option, parts, ['content', 'filename', 'contentType'], synonyms);
  return parts as FileParts;
}

const synonyms = {
  name: 'filename',
  fileName: 'filename',
  type: 'contentType',
  data: 'content',
  value: 'content',
};

function isContent(value: unknown): value is FileContent {
  return (
    typeof value === 'string' || value instanceof ArrayBuffer || ArrayBuffer.isView(value) || isBlob(value)
  );
}

/** Whether a value is a `Blob` or a `File` of anybody. */
export function isBlob(value: unknown): value is Blob {
  if (typeof value !== 'object' || value === null) return false;
  const tag = (value as { [Symbol.toStringTag]?: unknown })[Symbol.toStringTag];
  return (tag === 'Blob' || tag === 'File') && typeof (value as Partial<Blob>).stream === 'function';
}

function checkText(option: string, value: unknown): string {
  // eslint-disable-next-line no-control-regex -- they would end the header that it stands in
  if (typeof value === 'string' && !/[\x00-\x1f\x7f]/.test(value)) return value;
  throw new OptionError(option, value, 'must be text without line breaks');
}

/** Encodes a form (RFC 7578). */
export function encodeForm(form: FormData): EncodedForm {
  const response = new Response(form);
  const contentType = response.headers.get('content-type') as string;
  return { contentType, bytes: async () => new Uint8Array(await response.arrayBuffer()) };
}
