/**
 * What the calls of an event are called: the name of the function or the gateway, the origin of a request.
 */
import type { StampedeEvent } from '../core.js';

/** The name of every call that the HTTP helper makes. */
const http = 'http';

/**
 * The name to count an event under. Of a request that is the origin, as with its circuit and its budget: no path, no
 * query, no credentials.
 */
export function callName({ name, details }: StampedeEvent): string {
  return name === http ? (originOf(details) ?? http) : name;
}

function originOf(details: object): string | undefined {
  const { args } = details as { readonly args?: readonly unknown[] };
  const call = args?.[0] as { readonly request?: { readonly url?: unknown } } | null | undefined;
  const url = call?.request?.url;
  return url instanceof URL ? url.origin : undefined;
}
