/** What a client adds to a GET that succeeds, where the time on the wire is waited for. */
import { httpSuite } from '../lib/http-path.mjs';

export default httpSuite({
  name: 'http-get',
  title: 'HTTP GET, one after the other',
  needs: 'httpGet',
  atOnce: 1,
});
