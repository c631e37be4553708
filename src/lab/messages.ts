/**
 * What the runner and its processes say to each other.
 */
import type { Ms } from '../core.js';
import type { PageRecord, UpstreamName } from './record.js';
import type { Surroundings } from './system/service.js';

export type ServiceName = 'homepage' | UpstreamName;

/** What harms a service: it is gone, it is slow by a factor, or nothing does. */
export type Fault = { readonly kind: 'none' | 'dead' } | { readonly kind: 'slow'; readonly factor: number };

/** How a process is started: the one argument of a program, as JSON. */
export interface ServiceStart extends Surroundings {
  readonly service: ServiceName;
}

export interface LoadStart {
  /** The addresses of homepage's processes, which take turns. */
  readonly targets: readonly string[];
  /** Pages a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly seed: number;
}

/** What a process is asked. Each is answered by one message. */
export type Request =
  | { readonly ask: 'fault'; readonly fault: Fault }
  | { readonly ask: 'begin'; readonly startsAt: Ms }
  | { readonly ask: 'report' };

/** What a service answers first: that it listens. */
export interface Listening {
  readonly listening: string;
}

/** What the load says first: the services have answered some pages. */
export interface Warm {
  readonly isWarm: true;
}

/** After a fault has begun or ended. */
export interface FaultDone {
  readonly faultDone: true;
  /** Requests that the service had taken and not yet answered. */
  readonly backlog: number;
}

/** What the load says several times a second. */
export interface Pages {
  readonly pages: readonly PageRecord[];
}

/** What the load says when all of its pages have ended. */
export interface LoadDone {
  readonly loadDone: true;
  readonly mostInFlight: number;
  readonly held: number;
  /** The most by which a page was late, because the machine had no time for us. */
  readonly lateBy: Ms;
}

/** An attempt of a service on another. */
export interface AttemptMark {
  readonly at: Ms;
  readonly upstream: UpstreamName;
  readonly isProbe: boolean;
}

/** What a service has seen of its own calls. */
export interface ServiceReport {
  /** The most by which a timer was late, because the machine had no time for it. */
  readonly lateBy: Ms;
  readonly attempts: readonly AttemptMark[];
  /** Those attempts that found no connection, or lost the one they had. */
  readonly connectionErrors: readonly AttemptMark[];
  readonly retries: readonly Ms[];
  /** Calls that a circuit did not let through. */
  readonly refusals: readonly Ms[];
  readonly circuits: readonly {
    readonly at: Ms;
    readonly upstream: UpstreamName;
    readonly to: 'closed' | 'open' | 'halfOpen';
  }[];
  /** The upstreams around which there is a circuit. */
  readonly guarded: readonly UpstreamName[];
}
