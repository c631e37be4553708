/** Starts the listeners of `listener.mjs` and sees that the one which must not accept does not. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';

const LISTENER = fileURLToPath(new URL('listener.mjs', import.meta.url));
const MOST_IDLE = 64;
const HANGS_AFTER_MS = 300; // on loopback a connection is up in less than one

/**
 * @param {'never accepts' | 'never answers' | 'sends a byte a second'} kind
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function listen(kind) {
  const child = fork(LISTENER, [kind], { execArgv: [] });
  const close = () => child.kill('SIGKILL'); // the one that sleeps takes no notice of anything else
  process.once('exit', close);
  const [{ port }] = await once(child, 'message');
  if (kind === 'never accepts') await fillBacklog(port);
  return { url: `http://127.0.0.1:${port}/`, close };
}

/**
 * Occupies the backlog with connections that stay idle, until one hangs. From then on Linux drops the first packet of
 * every other (unless `net.ipv4.tcp_abort_on_overflow` is set), and its caller waits as it does for a machine that is
 * gone. No privileges are needed, and no address that a firewall or a container might answer for.
 */
async function fillBacklog(port) {
  for (let idle = 0; idle < MOST_IDLE; idle++) {
    const socket = connect(port, '127.0.0.1').on('error', () => {});
    socket.unref();
    if (await hangs(socket)) return socket.destroy();
  }
  throw new Error(`No connection hangs here, not even with ${MOST_IDLE} in the backlog.`);
}

function hangs(socket) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, HANGS_AFTER_MS, true);
    const settle = (act, value) => {
      clearTimeout(timer);
      act(value);
    };
    socket.once('connect', () => settle(resolve, false));
    socket.once('error', (error) => settle(reject, error));
  });
}
