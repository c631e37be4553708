/**
 * How homepage protects itself: all that differs between the columns of the lab is in this file.
 *
 * Each protection is made of plain options of Stampede. `none` is what calls are like without it; each that follows
 * takes the one before it and adds something.
 */
import { type GatewayOptions, constant, expo } from '../../core.js';
import { ConnectionError, HttpStatusError, type RetrySessionOptions } from '../../http/index.js';
import { circuit } from './circuit.js';
import { attemptTimeout, deadline, firstWait, maxTries } from './limits.js';

/** What a protection says of each kind of call. */
export interface Protection {
  /** Calls without which there is no page. */
  readonly vital: GatewayOptions;
  /** Calls for a list that a page can do without: `null` stands for a list that could not be had. */
  readonly list: GatewayOptions<null>;
  /** The session by which recommendations asks authentication. */
  readonly session: RetrySessionOptions;
}

/** A failure of theirs. A bug of ours, or a 404, would be no better the second time. */
function isTheirs(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.status >= 500 || error.status === 429;
  return error instanceof ConnectionError || (error as Error).name === 'TimeoutError';
}

const nothing = {
  timeout: false,
  deadline: false,
  retry: { maxTries: 1, log: false },
  budget: false,
  circuitBreaker: false,
} as const satisfies GatewayOptions;

const none: Protection = {
  vital: nothing,
  list: nothing,
  session: { retries: false, timeout: null, budget: false, circuitBreaker: false },
};

// The loop that everybody writes first: three more tries, at once.
const again = { errors: isTheirs, maxTries, wait: constant(0), jitter: null, log: false } as const;

const retries: Protection = {
  vital: { ...nothing, retry: again },
  list: { ...nothing, retry: again },
  session: { ...none.session, retries: maxTries - 1, backoff: constant(0), jitter: null },
};

// Waits of up to 100, 200 and 400 ms, each drawn between nothing and that; an answer after 250 ms is of no use.
const patient = { errors: isTheirs, maxTries, wait: expo({ factor: firstWait }), log: false } as const;
const limited = { ...nothing, timeout: attemptTimeout, deadline, retry: patient } as const;

const timeouts: Protection = {
  vital: limited,
  list: limited,
  session: {
    ...none.session,
    retries: maxTries - 1,
    timeout: { connect: attemptTimeout, read: attemptTimeout, total: deadline },
  },
};

const guarded = { ...limited, budget: {}, circuitBreaker: circuit } as const;

const full: Protection = {
  vital: guarded,
  list: { ...guarded, fallback: null },
  session: { ...timeouts.session, budget: {}, circuitBreaker: circuit },
};

/** The controls: full protection, with what a question of the lab takes for a cause switched off. */
const noBreaker: Protection = {
  ...full,
  list: { ...full.list, circuitBreaker: false },
};

const noProbes: Protection = {
  ...full,
  list: { ...full.list, circuitBreaker: { ...circuit, openTime: '60s', maxOpenTime: '60s' } },
};

export const protections = {
  none,
  retries,
  timeouts,
  full,
  'no-breaker': noBreaker,
  'one-process': noProbes,
} as const satisfies Readonly<Record<string, Protection>>;
