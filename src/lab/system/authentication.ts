/**
 * Who is it? `GET /user` with a token answers the user, or 401.
 */
import { capacities } from './capacities.js';
import { Capacity } from './capacity.js';
import { type Service, answer, served, tokenOf } from './service.js';

const capacity = new Capacity(capacities.authentication);

export function service(): Service {
  return {
    capacity,
    async handle(request, response) {
      if (!(await served(capacity, response))) return;
      const [, user] = /^Bearer token-of-(\w+)$/.exec(tokenOf(request)) ?? [];
      if (user === undefined) answer(response, 401, { error: 'no such token' });
      else answer(response, 200, { user });
    },
  };
}
