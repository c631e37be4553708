/** https://github.com/softonic/axios-retry, around https://axios-http.com */
import axios from 'axios';
import axiosRetry, { isNetworkOrIdempotentRequestError } from 'axios-retry';

const client = axios.create();
axiosRetry(client, {
  retries: 3,
  retryDelay: () => 1,
  // Of itself it repeats no POST.
  retryCondition: (error) => isNetworkOrIdempotentRequestError(error) || error.response?.status === 503,
});

const post = (origin) => async (path, data) => (await client.post(`${origin}${path}`, data)).data;

export default {
  name: 'axios + axios-retry',
  kind: 'peer',
  package: 'axios-retry',
  httpGet: (origin) => async (path) => (await client.get(`${origin}${path}`)).data,
  httpPost: post,
  httpPostRetried: post,
};
