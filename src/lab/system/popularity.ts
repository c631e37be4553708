/**
 * What does everybody like? `GET /popular` answers a list, the same for all.
 */
import { capacities } from './capacities.js';
import { Capacity } from './capacity.js';
import { type Service, answer, served } from './service.js';

const capacity = new Capacity(capacities.popularity);

export function service(): Service {
  return {
    capacity,
    async handle(_request, response) {
      if (await served(capacity, response)) answer(response, 200, ['the classics', 'the new one']);
    },
  };
}
