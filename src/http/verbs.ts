/**
 * The seven verbs, which all are `request` with a method.
 */
import type { HttpResponse } from './http-response.js';

/** Whatever can make a request. `Options` are what its calls take. */
export abstract class Verbs<Options> {
  /**
   * Makes a request.
   *
   * @param method  Any method; upper-cased. CONNECT is refused.
   * @param url     Absolute, or relative to `baseUrl`.
   * @returns The answer, whatever its status; `raiseForStatus()` throws for those from 400.
   * @throws {OptionError} for what cannot be meant. {HttpError} when there is no answer. What `signal` is aborted with.
   */
  abstract request(method: string, url: string | URL, options?: Options): Promise<HttpResponse>;

  get(url: string | URL, options?: Options): Promise<HttpResponse> {
    return this.request('GET', url, options);
  }

  options(url: string | URL, options?: Options): Promise<HttpResponse> {
    return this.request('OPTIONS', url, options);
  }

  /** Redirects are not followed unless `allowRedirects` is given, as in requests. */
  head(url: string | URL, options?: Options): Promise<HttpResponse> {
    return this.request('HEAD', url, options);
  }

  post(url: string | URL, options?: Options): Promise<HttpResponse> {
    return this.request('POST', url, options);
  }

  put(url: string | URL, options?: Options): Promise<HttpResponse> {
    return this.request('PUT', url, options);
  }

  patch(url: string | URL, options?: Options): Promise<HttpResponse> {
    return this.request('PATCH', url, options);
  }

  delete(url: string | URL, options?: Options): Promise<HttpResponse> {
    return this.request('DELETE', url, options);
  }
}
