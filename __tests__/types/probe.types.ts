import { retry, withRetry, expo, fibo, onException } from '../../src/index.js';
class DbError extends Error { declare readonly table: string; }
declare const nothing: undefined;
declare function fetchJobs(id: number): Promise<string[]>;
export const x = {
 a: withRetry(fetchJobs, { raiseOnGiveup: nothing }),
 b: withRetry(fetchJobs, { mode: nothing }),
 c: withRetry(fetchJobs, { mode: undefined }),
 d: withRetry(fetchJobs, { errors: undefined }),
 e: withRetry(fetchJobs, { rules: undefined }),
 r: retry({ raiseOnGiveup: nothing}),
 s: retry({ mode: undefined }),
}
export const y = {
 a: withRetry(fetchJobs, { rules: [{ errors: (e) => e instanceof DbError, maxTries: 2 }]}),
 b: withRetry(fetchJobs, { rules: [{ predicate: (e) => e.length === 0 }]}),
 c: retry({ rules: [{ predicate: (e) => e === 0 }]}),
}
