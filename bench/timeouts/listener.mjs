/** A listener on 127.0.0.1 that fails its callers, in a process of its own: `fork('listener.mjs', ['never answers'])`. */
import { createServer as createHttpServer } from 'node:http';
import { createServer } from 'node:net';

/** Long enough for any run, so that a process which nobody ends does not stay for ever. */
const LONGEST_MS = 300_000;

const kinds = {
  // Accepts nothing, because its only thread sleeps from the moment on at which the port is known. What the system
  // accepts in its place is the backlog: with `listen(1)` that is two connections on Linux.
  'never accepts'() {
    const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
      process.send({ port: server.address().port }, () => {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LONGEST_MS);
        process.exit();
      });
    });
  },

  'never answers'() {
    ready(createServer((socket) => socket.on('error', () => {}).resume()));
  },

  'sends a byte a second'() {
    ready(
      createHttpServer((_request, response) => {
        response.writeHead(200, { 'content-length': 1_000_000 }).write('.');
        const timer = setInterval(() => response.write('.'), 1000);
        response.on('close', () => clearInterval(timer));
      }),
    );
  },
};

function ready(server) {
  setTimeout(() => process.exit(), LONGEST_MS);
  process.on('disconnect', () => process.exit());
  server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
}

kinds[process.argv[2]]();
