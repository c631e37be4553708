/**
 * The program that asks for pages: people who come when they like, whether or not those before them have been served.
 *
 * That is an *open loop*. A load that waits for its answers asks less of a service that is slow, and so hides how bad
 * it is. Arrivals are those of a Poisson process, drawn from a seed: the same people for every protection. How many may
 * be under way is bounded, and those that the bound holds back are counted.
 */
import { Agent, get } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Ms, seeded } from '../core.js';
import { hear, say, toldAtStart } from './child.js';
import type { LoadDone, LoadStart, Pages, Warm } from './messages.js';
import type { PageRecord } from './record.js';
import type { Page } from './system/homepage.js';

/** Nobody waits longer for a page. */
const patience: Ms = 3000;
/** At the end of a run, for pages that are under way; what has not ended then had no answer. */
const grace: Ms = 500;
const mostInFlight = 2000;
/** One person in so many has a token that nobody knows. */
const strangers = 50;

const { targets, rate, seconds, seed } = toldAtStart() as LoadStart;
const over = new AbortController();
const agent = new Agent({ keepAlive: true, timeout: 60_000 });
let inFlight = 0;
let most = 0;
let held = 0;
let lateBy: Ms = 0;
let unsaid: PageRecord[] = [];

/**
 * Asks for one page. Never rejects: how it ended is in the record.
 *
 * @param late  By how much it is asked for too late. Its reader has waited that long already.
 */
async function ask(nth: number, at: Ms, late: Ms): Promise<PageRecord> {
  const askedAt = performance.now();
  const token = nth % strangers === strangers - 1 ? 'forged' : 'token-of-ada';
  const given = await new Promise<{ status: number; isDegraded: boolean }>((resolve) => {
    const nothing = (): void => {
      resolve({ status: 0, isDegraded: false });
    };
    const signal = AbortSignal.any([AbortSignal.timeout(patience), over.signal]);
    const headers = { authorization: `Bearer ${token}` };
    get(`${targets[nth % targets.length]}/home`, { agent, headers, signal }, (response) => {
      let text = '';
      response
        .setEncoding('utf8')
        .on('data', (part: string) => {
          text += part;
        })
        .on('error', nothing)
        .on('end', () => {
          const { statusCode: status = 0 } = response;
          resolve({ status, isDegraded: status === 200 && missingIn(text) });
        });
    }).on('error', nothing);
  });
  return { at, latency: late + performance.now() - askedAt, ...given };
}

function missingIn(text: string): boolean {
  return (JSON.parse(text) as Page).missing.length > 0;
}

/** People come until the time is over; then the last of them are waited for. */
async function comeFrom(startsAt: Ms): Promise<void> {
  const random = seeded(seed);
  const last: Promise<void>[] = [];
  const saying = setInterval(tell, 200);
  let at = 0;
  for (let nth = 0; ; nth++) {
    at += (-Math.log(1 - random()) * 1000) / rate;
    if (at >= seconds * 1000) break;
    // Several may be due: who comes late to his own time is asked for all the same.
    const wait = startsAt + at - Date.now();
    if (wait > 0) await sleep(wait);
    const late = Math.max(0, Date.now() - startsAt - at);
    lateBy = Math.max(lateBy, late);
    if (inFlight >= mostInFlight) {
      held += 1;
      continue;
    }
    inFlight += 1;
    most = Math.max(most, inFlight);
    const ended = ask(nth, at, late).then((page) => {
      inFlight -= 1;
      unsaid.push(page);
    });
    last.push(ended);
  }
  await sleep(Math.max(0, startsAt + seconds * 1000 - Date.now()));
  await Promise.race([Promise.all(last), sleep(grace)]);
  over.abort();
  await Promise.all(last);
  clearInterval(saying);
  tell();
  say({ loadDone: true, mostInFlight: most, held, lateBy } satisfies LoadDone);
}

function tell(): void {
  if (unsaid.length > 0) say({ pages: unsaid } satisfies Pages);
  unsaid = [];
}

/** Before the run each process answers some pages, so that what is seen is not how a program warms up. */
async function warmUp(): Promise<void> {
  for (let round = 0; round < 8; round++)
    await Promise.all(Array.from({ length: 2 * targets.length }, (_, nth) => ask(nth, 0, 0)));
}

hear((request) => {
  if (request.ask === 'begin') void comeFrom(request.startsAt);
});
await warmUp();
say({ isWarm: true } satisfies Warm);
