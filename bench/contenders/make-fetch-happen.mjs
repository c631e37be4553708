/** https://github.com/npm/make-fetch-happen: npm's own. It repeats no POST. */
import makeFetchHappen from 'make-fetch-happen';

const fetch = makeFetchHappen.defaults({
  maxSockets: 64,
  retry: { retries: 3, minTimeout: 1, maxTimeout: 1, factor: 1 },
});

export default {
  name: 'make-fetch-happen',
  kind: 'peer',
  httpGet: (origin) => async (path) => (await fetch(`${origin}${path}`)).json(),
  httpPost: (origin) => async (path, data) => {
    const response = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(data),
    });
    return response.json();
  },
};
