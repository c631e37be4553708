/** As `http-get-together`, with a body that has to be kept for a retry. */
import { httpSuite } from '../lib/http-path.mjs';

export default httpSuite({
  name: 'http-post-together',
  title: 'HTTP POST of JSON, 64 at a time',
  needs: 'httpPost',
  atOnce: 64,
});
