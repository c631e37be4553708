/**
 * Who is it? `GET /user` with a token answers the user, or 401.
 */
import { Capacity } from './capacity.js';
import { type Service, answer, served, tokenOf } from './service.js';

const capacity = new Capacity({ workers: 4, serviceTime: 5, queue: 200, patience: 250 });

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
