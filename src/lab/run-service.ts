/**
 * The program that runs one of the four services, and harms it when it is told to.
 *
 * It listens on loopback at a port that the system chooses. *Dead* is what a client sees of a service that has
 * crashed: nobody listens at its port, and the connections that there were are gone. *Slow* multiplies the time that
 * its work takes.
 */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Ms, constant, withRetry } from '../core.js';
import { hear, say, toldAtStart } from './child.js';
import type { Fault, FaultDone, Listening, ServiceStart } from './messages.js';
import type { Service, Surroundings } from './system/service.js';
import { watch } from './telemetry.js';

const { service: name, protection, addresses } = toldAtStart() as ServiceStart;
const surroundings: Surroundings = { addresses, protection };
const { service: make } = (await import(new URL(`./system/${name}.js`, import.meta.url).href)) as {
  readonly service: (surroundings: Surroundings) => Service;
};
const service = make(surroundings);
const watched = watch(service, surroundings);
let startsAt: Ms = 0;

const server = createServer((request, response) => {
  service.handle(request, response).catch((error: unknown) => {
    console.error(`${name}:`, error);
    response.destroy();
  });
});
server.keepAliveTimeout = 60_000; // longer than a run, so that no connection ends but by a fault

// Somebody else may have the port for a moment, when a service that was dead comes back to it.
const listen = withRetry(
  async (port: number) => {
    server.listen(port, '127.0.0.1', 2048);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  },
  { wait: constant(20), maxTries: 100, log: false },
);

async function suffer(fault: Fault): Promise<void> {
  if (service.capacity !== undefined) service.capacity.slowness = fault.kind === 'slow' ? fault.factor : 1;
  if (fault.kind === 'dead') {
    server.close();
    server.closeAllConnections();
  } else if (!server.listening) await listen(port);
  say({ faultDone: true, backlog: service.capacity?.backlog ?? 0 } satisfies FaultDone);
}

const port = await listen(0);
hear((request) => {
  if (request.ask === 'fault') void suffer(request.fault);
  else if (request.ask === 'report') say(watched.report(startsAt));
  else {
    ({ startsAt } = request);
    watched.begin();
  }
});
say({ listening: `http://127.0.0.1:${port}` } satisfies Listening);
