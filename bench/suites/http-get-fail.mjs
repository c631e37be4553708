/** What a GET costs on average when one in ten is made twice: the floor is 1.1 times the bare client. */
import { httpSuite } from '../lib/http-path.mjs';

export default httpSuite({
  name: 'http-get-fail',
  title: 'HTTP GET, one after the other, each tenth answered with 503 at first',
  needs: 'httpGet',
  atOnce: 1,
  fails: true,
});
