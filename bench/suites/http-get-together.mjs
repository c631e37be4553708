/** What a client adds to a GET that succeeds, in a server that has many under way. */
import { httpSuite } from '../lib/http-path.mjs';

export default httpSuite({
  name: 'http-get-together',
  title: 'HTTP GET, 64 at a time',
  needs: 'httpGet',
  atOnce: 64,
});
