/** As `http-get-fail-together`, with a body that is sent again. */
import { httpSuite } from '../lib/http-path.mjs';

export default httpSuite({
  name: 'http-post-fail-together',
  title: 'HTTP POST of JSON, 64 at a time, each tenth answered with 503 at first',
  needs: 'httpPostRetried',
  atOnce: 64,
  fails: true,
});
