/** https://github.com/sindresorhus/got */
import got from 'got';

const client = got.extend({
  retry: {
    limit: 3,
    methods: ['GET', 'POST'],
    calculateDelay: ({ computedValue }) => (computedValue === 0 ? 0 : 1), // 0: it gives up
  },
});

const post = (origin) => (path, data) => client.post(`${origin}${path}`, { json: data }).json();

export default {
  name: 'got',
  kind: 'peer',
  httpGet: (origin) => (path) => client.get(`${origin}${path}`).json(),
  httpPost: post,
  httpPostRetried: post,
};
