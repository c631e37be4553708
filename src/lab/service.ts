/**
 * A service that fails, by script: what the clients of `client.ts` have to get through to.
 *
 * `start-service.ts` runs it as a process of its own. It listens on loopback, on a port that the system chose, tells
 * its parent the address, and leaves when its parent is gone. `--break=queue` takes one recovery out of the script.
 */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { type RequestListener, type Server, type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import type { Ms } from '../core.js';

/** What the service tells its parent once it listens. */
export interface Ready {
  readonly url: string;
}

/** The outages of the script, each at the path of its name: `/errors`. */
export const outages = ['errors', 'rate-limit', 'refused', 'reset', 'slow', 'queue', 'file'] as const;

export type Outage = (typeof outages)[number];

/** Answers the request that is the `nth`, from 1, in its outage. */
type Answer = (response: ServerResponse, nth: number) => unknown;
