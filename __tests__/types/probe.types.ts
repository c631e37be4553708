import { expectTypeOf } from 'expect-type';
import { type Wrapper, compose, expo, fibo, onException, onPredicate, retry, withRetry, constant } from '../../src/index.js';

class HttpError extends Error { declare readonly status: number; }
class DbError extends Error { declare readonly table: string; }

declare function anyFn(x: number): any;
declare function neverFn(x: number): never;
declare function voidFn(): void;
declare function ident<T>(x: T): T;
declare function identP<T>(x: T): Promise<T>;
declare function constrained<T extends { id: number }>(x: T): T;
declare function over(x: string): string;
declare function over(x: number): number;
declare function overP(x: string): Promise<string>;
declare function overP(x: number): Promise<number>;
declare function guard(x: unknown): x is string;
declare function asserts(x: unknown): asserts x is string;
declare function maybe(x: number): number | Promise<number>;
declare function union(x: number): string | undefined;
interface Query extends PromiseLike<string> { where(x: string): Query }
declare function query(x: number): Query;
declare function like(x: number): PromiseLike<string>;
declare const hybrid: { (x: number): Promise<number>; readonly version: string };
declare function opt(a: string, b?: number, ...rest: boolean[]): Promise<string>;
declare function withThis(this: { base: string }, x: number): Promise<string>;

const w = retry();
export const r = {
  any: w(anyFn), never: w(neverFn), void: w(voidFn), ident: w(ident), identP: w(identP), con: w(constrained), over: w(over), overP: w(overP),
  guard: w(guard), maybe: w(maybe), union: w(union), query: w(query), like: w(like), hybrid: w(hybrid), opt: w(opt), withThis: w(withThis),
  asserts: w(asserts),
};
export const wr = {
  any: withRetry(anyFn), never: withRetry(neverFn), void: withRetry(voidFn), ident: withRetry(ident), identP: withRetry(identP), con: withRetry(constrained), over: withRetry(over), overP: withRetry(overP),
  guard: withRetry(guard), maybe: withRetry(maybe), union: withRetry(union), query: withRetry(query), like: withRetry(like), hybrid: withRetry(hybrid), opt: withRetry(opt), withThis: withRetry(withThis),
};
const s = retry({ raiseOnGiveup: false });
export const sr = {
  any: s(anyFn), never: s(neverFn), void: s(voidFn), ident: s(ident), identP: s(identP), con: s(constrained), over: s(over), overP: s(overP),
  guard: s(guard), maybe: s(maybe), union: s(union), query: s(query), like: s(like), hybrid: s(hybrid), opt: s(opt), withThis: s(withThis),
};
const o = { raiseOnGiveup: false } as const;
export const swr = {
  any: withRetry(anyFn, o), never: withRetry(neverFn, o), void: withRetry(voidFn, o), ident: withRetry(ident, o), identP: withRetry(identP, o), con: withRetry(constrained, o), over: withRetry(over, o), overP: withRetry(overP, o),
  guard: withRetry(guard, o), maybe: withRetry(maybe, o), union: withRetry(union, o), query: withRetry(query, o), like: withRetry(like, o), hybrid: withRetry(hybrid, o), opt: withRetry(opt, o), withThis: withRetry(withThis, o),
};
