/**
 * https://undici.nodejs.org: the client that Node's own fetch is made of. `request` is the barest way to use it, tries
 * once, and is what the others are compared with; measured twice, it tells the noise. `RetryAgent` is undici's retry.
 */
import { Agent, RetryAgent, request } from 'undici';

const HEADERS = { 'content-type': 'application/json' };

const get = (dispatcher) => (origin) => (path) => answer(request(`${origin}${path}`, { dispatcher }));

const post = (dispatcher) => (origin) => (path, data) =>
  answer(
    request(`${origin}${path}`, {
      dispatcher,
      method: 'POST',
      headers: HEADERS,
      body: JSON.stringify(data),
    }),
  );

async function answer(promise) {
  const { statusCode, body } = await promise;
  if (statusCode === 200) return body.json();
  await body.dump();
  return undefined;
}

const bare = (name) => ({
  name,
  kind: 'bare',
  httpGet: get(undefined),
  httpPost: post(undefined),
  httpPostRetried: post(undefined),
});

const retrying = new RetryAgent(new Agent(), {
  maxRetries: 3,
  minTimeout: 1,
  maxTimeout: 1,
  timeoutFactor: 1,
  methods: ['GET', 'POST'],
});

export default [
  bare('undici.request'),
  bare('undici.request, again'),
  {
    name: 'undici RetryAgent',
    kind: 'peer',
    package: 'undici',
    httpGet: get(retrying),
    httpPost: post(retrying),
    httpPostRetried: post(retrying),
  },
];
