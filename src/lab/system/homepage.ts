/**
 * The page that everybody sees: `GET /home` with a token answers what we recommend, and what is popular.
 *
 * Three gateways, one for each service that it calls. Each stands as a decorator above the method that makes the call,
 * so the methods say what is asked, and the gateways what happens when that fails:
 *
 * - a list that cannot be had is left out, where the gateway has a fallback;
 * - without authentication there is no page: 503, and when to come back;
 * - a token that nobody knows is nobody's failure: 401.
 */
import { currentCall, gateway, isRefusal } from '../../core.js';
import { Session } from '../../http/index.js';
import { protections } from './protections.js';
import { type Service, type Surroundings, answer, tokenOf } from './service.js';

/** What `GET /home` answers. */
export interface Page {
  readonly user: string;
  readonly recommendations: readonly string[];
  readonly popular: readonly string[];
  /** The lists that could not be had, and are empty. */
  readonly missing: readonly string[];
}

export function service({ addresses, protection }: Surroundings): Service {
  const { vital, list } = protections[protection];
  const authentication = gateway('authentication', vital);
  const recommendations = gateway('recommendations', list);
  const popularity = gateway('popularity', list);
  const session = new Session({ timeout: null }); // how long a call may take is for its gateway to say

  class Upstreams {
    /** Whose token it is; `undefined` when nobody's. */
    @authentication
    async userOf(token: string): Promise<string | undefined> {
      const response = await ask(`${addresses.authentication}/user`, token);
      if (response.status === 401) return undefined;
      const { user } = await response.raiseForStatus().json<{ user: string }>();
      return user;
    }

    @recommendations
    async recommended(token: string): Promise<string[] | null> {
      const response = await ask(`${addresses.recommendations}/recommendations`, token);
      return response.raiseForStatus().json<string[]>();
    }

    @popularity
    async popular(): Promise<string[] | null> {
      const response = await ask(`${addresses.popularity}/popular`);
      return response.raiseForStatus().json<string[]>();
    }
  }

  // The signal ends a request that its gateway has no more time for.
  function ask(url: string, token?: string): ReturnType<Session['get']> {
    const { signal } = currentCall();
    return session.get(url, { signal, headers: token === undefined ? {} : { authorization: token } });
  }

  const upstreams = new Upstreams();

  async function pageFor(user: string, token: string): Promise<Page> {
    const [recommended, popular] = await Promise.all([upstreams.recommended(token), upstreams.popular()]);
    return {
      user,
      recommendations: recommended ?? [],
      popular: popular ?? [],
      missing: [
        ...(recommended === null ? ['recommendations'] : []),
        ...(popular === null ? ['popular'] : []),
      ],
    };
  }

  return {
    gateways: [authentication, recommendations, popularity],
    async handle(request, response) {
      const token = tokenOf(request);
      let user;
      try {
        user = await upstreams.userOf(token);
      } catch (error) {
        const comeBackAfter = (isRefusal(error) ? error.retryAfter : undefined) ?? 1000;
        const seconds = String(Math.max(1, Math.ceil(comeBackAfter / 1000)));
        answer(response, 503, { error: 'nobody knows who you are' }, { 'retry-after': seconds });
        return;
      }
      if (user === undefined) {
        answer(response, 401, { error: 'no such token' });
        return;
      }
      try {
        answer(response, 200, await pageFor(user, token));
      } catch {
        answer(response, 502, { error: 'the page cannot be made' });
      }
    },
  };
}
