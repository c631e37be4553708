/** As `http-get-fail`, in a server that has many under way. */
import { httpSuite } from '../lib/http-path.mjs';

export default httpSuite({
  name: 'http-get-fail-together',
  title: 'HTTP GET, 64 at a time, each tenth answered with 503 at first',
  needs: 'httpGet',
  atOnce: 64,
  fails: true,
});
