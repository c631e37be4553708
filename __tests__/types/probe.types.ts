import { retry, withRetry, expo, fibo, onException } from '../../src/index.js';
class DbError extends Error { declare readonly table: string; }
declare const flag: boolean;
export const y = {
 a: retry({ rules: [{ errors: DbError, giveup: async () => flag }]}),
 b: retry({ rules: [{ errors: DbError, giveup: async () => flag }, {predicate: () => flag }]}),
 c: retry({ rules: [{ errors: DbError, giveup: async () => flag }, {predicate: async () => flag }]}),
 d: retry({ rules: [{ errors: DbError, giveup: async () => flag }, {errors: Error }]}),
 e: retry({ giveup: async () => flag, rules: [{ errors: DbError }, {predicate: () => flag }]}),
}
