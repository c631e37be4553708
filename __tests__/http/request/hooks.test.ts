import { expect, it } from '@jest/globals';
import { type HooksInput, readHooks } from '../../../src/http/request/hooks.js';

const hook = (): void => {};

it('reads one hook, several, none, or nothing said', () => {
  expect(readHooks({ response: hook })).toEqual([hook]);
  expect(readHooks({ response: [hook, hook] })).toEqual([hook, hook]);
  expect(readHooks({ response: null })).toEqual([]);
  expect(readHooks({})).toBeUndefined();
});

it.each([
  [{ response: 5 }, 'must be a function'],
  [{ response: [hook, null] }, 'must be a function'],
  [{ afterResponse: [hook] }, 'did you mean response?'],
  [[hook], 'must be an object'],
])('refuses %p', (given, text) => {
  expect(() => readHooks(given as HooksInput)).toThrow(text);
});
