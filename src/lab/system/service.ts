/**
 * What all four services have in common: what they are made of, and how they say what they have.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Gateway } from '../../core.js';
import type { Capacity } from './capacity.js';
import type { protections } from './protections.js';

/** What a service is told when it starts. */
export interface Surroundings {
  /** Where the others are: `http://127.0.0.1:4711`. Those that a service does not call may be missing. */
  readonly addresses: Readonly<Partial<Record<'authentication' | 'recommendations' | 'popularity', string>>>;
  /** How it protects its calls. */
  readonly protection: keyof typeof protections;
}

/** A service, ready to listen. */
export interface Service {
  /** Answers a request. */
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
  /** What it can do at once; `undefined` for one that only asks others. */
  readonly capacity?: Capacity;
  /** Its gateways, whose state may be looked at. */
  readonly gateways?: readonly Pick<Gateway, 'name' | 'state'>[];
}

/** Answers with JSON. */
export function answer(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

/** Works for a request as the capacity allows; one that is not served in time is answered here. @returns Whether it was. */
export async function served(capacity: Capacity, response: ServerResponse): Promise<boolean> {
  const how = await capacity.serve();
  if (how === 'full') answer(response, 503, { error: 'too many requests are waiting' });
  if (how === 'late') answer(response, 504, { error: 'it took too long' });
  return how === 'inTime';
}

/** What a request is to be let in by; the empty text where it has nothing. */
export function tokenOf(request: IncomingMessage): string {
  return request.headers.authorization ?? '';
}
