/**
 * Any dispatcher of undici, retried.
 */
import type { Dispatcher } from 'undici';
import { GuestClient } from '../guest-client.js';
import { type RetryGuestOptions, checkGuestOptions } from '../guest-options.js';
import { DispatchCall, type HeldResponse } from './dispatch-call.js';
import { Receiver } from './receiver.js';

/** Options of `retryInterceptor`. */
export type RetryInterceptorOptions = RetryGuestOptions;

/**
 * An interceptor for undici 7 and later that retries where that is safe, as a `RetrySession` does, with the same options.
 *
 *     const agent = new Agent().compose(retryInterceptor({ retries: 4 }));
 *     const { statusCode, body } = await request('https://api.example.org/users', { dispatcher: agent });
 *
 * The caller sees one response, as it came and with its back-pressure; those that are retried are never seen. Errors are
 * undici's own. A stream that has been read is not sent again: the call ends with the response it got, or with a
 * `BodyReplayError` whose `cause` is the error. All bodies of `undici.fetch` are such streams, so there a request with a
 * body is tried again only while nothing of it has been sent; `retryFetch(fetch)` can do more. An answer that breaks off
 * in its body is not retried, for the caller has its beginning.
 *
 * How long it may take is for the dispatcher (`connect.timeout`, `headersTimeout`, `bodyTimeout`) and the caller's `signal`
 * to say. Upgrades and CONNECT pass through. Several dispatchers composed with one interceptor share its circuits and
 * budgets; those of a `Client`, which does not say where it leads, share one.
 *
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function retryInterceptor(
  options: RetryInterceptorOptions = {},
): Dispatcher.DispatcherComposeInterceptor {
  const settings = checkGuestOptions('retryInterceptor', options);
  const client = new GuestClient<DispatchCall, HeldResponse>(settings, (call) => call.send());
  return (dispatch) => (request, handler) => {
    if (isTunnel(request)) return dispatch(request, handler);
    const receiver = new Receiver(handler);
    receiver.start();
    let call: DispatchCall;
    try {
      call = new DispatchCall(dispatch, request, receiver, settings);
    } catch (error) {
      receiver.failed(error); // a body that cannot be sent
      return true;
    }
    void client.make(call).then(
      (response) => {
        call.request.body.close();
        response.attempt.passOn();
      },
      (error: unknown) => {
        call.request.body.close();
        receiver.failed(error);
      },
    );
    return call.hasRoom;
  };
}

function isTunnel({ method, upgrade }: Dispatcher.DispatchOptions): boolean {
  return method === 'CONNECT' || (upgrade !== undefined && upgrade !== null && upgrade !== false);
}
