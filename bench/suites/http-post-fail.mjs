/** As `http-get-fail`, with a body that is sent again. */
import { httpSuite } from '../lib/http-path.mjs';

export default httpSuite({
  name: 'http-post-fail',
  title: 'HTTP POST of JSON, one after the other, each tenth answered with 503 at first',
  needs: 'httpPostRetried',
  atOnce: 1,
  fails: true,
});
