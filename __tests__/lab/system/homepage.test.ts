/**
 * The system as its readers see it: four real servers on loopback, one of which may be gone.
 */
import { once } from 'node:events';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { service as authentication } from '../../../src/lab/system/authentication.js';
import { service as homepage } from '../../../src/lab/system/homepage.js';
import { service as popularity } from '../../../src/lab/system/popularity.js';
import { service as recommendations } from '../../../src/lab/system/recommendations.js';
import type { Service, Surroundings } from '../../../src/lab/system/service.js';

type Protection = Surroundings['protection'];
type Upstream = keyof Surroundings['addresses'];

const known = 'Bearer token-of-ada';
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

async function listen({ handle }: Service): Promise<string> {
  const server = createServer((request, response) => void handle(request, response));
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** An address at which nobody listens any more. */
async function nobody(): Promise<string> {
  const address = await listen({ handle: () => Promise.resolve() });
  const server = servers.pop()!;
  server.close();
  await once(server, 'close');
  return address;
}

/** The system, but for the services that are gone. @returns Asks for the page. */
async function system(
  protection: Protection,
  ...gone: Upstream[]
): Promise<(token?: string) => Promise<Response>> {
  const start = async (name: Upstream, make: () => Service): Promise<string> =>
    gone.includes(name) ? nobody() : listen(make());
  const addresses = {
    authentication: await start('authentication', authentication),
    popularity: await start('popularity', popularity),
  };
  const all = {
    ...addresses,
    recommendations: await start('recommendations', () => recommendations({ addresses, protection })),
  };
  const url = await listen(homepage({ addresses: all, protection }));
  return (token) => fetch(`${url}/home`, token === undefined ? {} : { headers: { authorization: token } });
}

const whole = {
  user: 'ada',
  recommendations: ['more of what ada has read', 'what ada has not read'],
  popular: ['the classics', 'the new one'],
  missing: [],
};

describe('the homepage', () => {
  it.each(['none', 'retries', 'timeouts', 'full', 'no-breaker', 'one-process'] as const)(
    'answers what is recommended and what is popular where all is well, with protection "%s"',
    async (protection) => {
      const ask = await system(protection);

      const response = await ask(known);

      expect(response.status).toBe(200);
      expect(await response.json()).toEqual(whole);
    },
  );

  it('answers 401 to a token that nobody knows, and to none', async () => {
    const ask = await system('full');

    expect((await ask('Bearer forged')).status).toBe(401);
    expect((await ask()).status).toBe(401);
  });

  it.each([
    ['recommendations', { ...whole, recommendations: [], missing: ['recommendations'] }],
    ['popularity', { ...whole, popular: [], missing: ['popular'] }],
  ] as const)('leaves out a list whose service, %s, is gone, with full protection', async (gone, page) => {
    const ask = await system('full', gone);

    const response = await ask(known);

    expect(response.status).toBe(200);
    expect(await response.json()).toEqual(page);
  });

  it.each(['none', 'retries', 'timeouts'] as const)(
    'has no page without a list, with protection "%s"',
    async (protection) => {
      const ask = await system(protection, 'recommendations');

      expect((await ask(known)).status).toBe(502);
    },
  );

  it.each(['none', 'full'] as const)(
    'answers 503 and when to come back where authentication is gone, with protection "%s"',
    async (protection) => {
      const ask = await system(protection, 'authentication');

      const response = await ask(known);

      expect(response.status).toBe(503);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    },
  );
});
