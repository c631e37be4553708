/** As `http-get`, with a body that has to be kept for a retry. */
import { httpSuite } from '../lib/http-path.mjs';

export default httpSuite({
  name: 'http-post',
  title: 'HTTP POST of JSON, one after the other',
  needs: 'httpPost',
  atOnce: 1,
});
