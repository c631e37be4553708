/**
 * What a session of `stampede-js/http` starts from when it is given nothing at all.
 */
import type { HttpOptions } from './convert/http.js';
import { httpIn, loadOnce, startFolder } from './load.js';
import { loadedStampede, tell } from './stampede.js';

/**
 * The options of requests by the configuration that `loadStampede` has installed, else by the one that is found from the
 * working directory; looked for once. Of its gateways nothing is installed.
 *
 * @returns `undefined` where no file says anything of requests.
 * @throws {ConfigError} when the file cannot be meant.
 */
export function foundHttpOptions(): HttpOptions | undefined {
  const { settings } =
    loadedStampede() ??
    loadOnce(startFolder(undefined), (loaded) => {
      tell(loaded, 'for requests');
    });
  return httpIn(settings);
}
