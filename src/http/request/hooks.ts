/**
 * Who is told of an answer before the caller has it.
 */
import { OptionError, checkKeys } from '../../core.js';
import type { HttpResponse } from '../http-response.js';

/** Is given the answer that ends the call. A promise is waited for; an error ends the call. */
export type ResponseHook = (response: HttpResponse) => unknown;

/** Hooks by event; the only event is `response`, as in requests. `null` takes those of the session away. */
export interface HooksInput {
  readonly response?: ResponseHook | readonly ResponseHook[] | null | undefined;
}

const synonyms = { afterResponse: 'response', onResponse: 'response' };

/** Checks the option `hooks`. @returns `undefined` where it says nothing. @throws {OptionError} */
export function readHooks(given: HooksInput): readonly ResponseHook[] | undefined {
  checkKeys('hooks', given, ['response'], synonyms);
  const { response } = given;
  if (response === undefined) return undefined;
  const hooks: readonly unknown[] = Array.isArray(response) ? response : response === null ? [] : [response];
  for (const hook of hooks) {
    if (typeof hook !== 'function') {
      throw new OptionError('hooks.response', hook, 'must be a function or a list of functions');
    }
  }
  return hooks.slice() as ResponseHook[];
}
