/** The HTTP helper with all that is on by default: timeouts, circuit breaker and budget per origin, limits, history. */
import { RetrySession } from '../../dist/esm/http/index.js';

// Waits as short as those of the peers: only what a retry costs apart from its wait is measured.
const session = () => new RetrySession({ backoff: { type: 'fixed', delay: 1 }, jitter: null });

const post = (origin) => {
  const client = session();
  return async (path, data) => (await client.post(`${origin}${path}`, { json: data })).json();
};

export default {
  name: 'stampede',
  kind: 'stampede',
  httpGet(origin) {
    const client = session();
    return async (path) => (await client.get(`${origin}${path}`)).json();
  },
  httpPost: post,
  httpPostRetried: post,
};
