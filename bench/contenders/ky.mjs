/** https://github.com/sindresorhus/ky */
import ky from 'ky';

const client = ky.create({ retry: { limit: 3, methods: ['get', 'post'], delay: () => 1 } });

const post = (origin) => (path, data) => client.post(`${origin}${path}`, { json: data }).json();

export default {
  name: 'ky',
  kind: 'peer',
  httpGet: (origin) => (path) => client.get(`${origin}${path}`).json(),
  httpPost: post,
  httpPostRetried: post,
};
