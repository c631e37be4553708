/**
 * The seven verbs, which all are `request` with a method.
 */
import { UsageError } from '../core.js';
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

  post(url: string | URL, options?: Options, ...more: never[]): Promise<HttpResponse> {
    return refusal('post', more) ?? this.request('POST', url, options);
  }

  put(url: string | URL, options?: Options, ...more: never[]): Promise<HttpResponse> {
    return refusal('put', more) ?? this.request('PUT', url, options);
  }

  patch(url: string | URL, options?: Options, ...more: never[]): Promise<HttpResponse> {
    return refusal('patch', more) ?? this.request('PATCH', url, options);
  }

  delete(url: string | URL, options?: Options): Promise<HttpResponse> {
    return this.request('DELETE', url, options);
  }
}

// axios and others take the body by itself, and the options after it.
function refusal(verb: string, more: readonly unknown[]): Promise<never> | undefined {
  if (more.length === 0) return undefined;
  const hint = 'the body is one of them, as in { json: body, headers }';
  return Promise.reject(new UsageError(`${verb} takes an address and options: ${hint}.`));
}
