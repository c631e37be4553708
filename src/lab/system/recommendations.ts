/**
 * What would this user like? `GET /recommendations` with a token answers a list, or 401; 503 when it cannot know.
 *
 * It trusts nobody, so it asks authentication, too. One `RetrySession` does all that a plain request needs: what is
 * tried again, how long it may take, a budget and a circuit for the origin.
 */
import { RetrySession } from '../../http/index.js';
import { capacities } from './capacities.js';
import { Capacity } from './capacity.js';
import { protections } from './protections.js';
import { type Service, type Surroundings, answer, served, tokenOf } from './service.js';

const capacity = new Capacity(capacities.recommendations);

export function service({ addresses, protection }: Surroundings): Service {
  const authentication = new RetrySession({
    baseUrl: addresses.authentication,
    log: false,
    ...protections[protection].session,
  });

  async function userOf(token: string): Promise<string | undefined> {
    const response = await authentication.get('/user', { headers: { authorization: token } });
    if (response.status === 401) return undefined;
    const { user } = await response.raiseForStatus().json<{ user: string }>();
    return user;
  }

  return {
    capacity,
    async handle(request, response) {
      if (!(await served(capacity, response))) return;
      try {
        const user = await userOf(tokenOf(request));
        if (user === undefined) answer(response, 401, { error: 'no such token' });
        else answer(response, 200, [`more of what ${user} has read`, `what ${user} has not read`]);
      } catch {
        answer(response, 503, { error: 'nobody knows who you are' });
      }
    },
  };
}
