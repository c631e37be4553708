/**
 * Whether what was gone has come back: a few calls are let through to find out.
 *
 * A thinker of one half-open period. A place is leased, so that a probe that hangs holds nobody up for ever.
 */
import { type CircuitRules, Permit, type Verdict } from './circuit-rules.js';
import type { Ms } from '../time/duration.js';

export class Probes {
  readonly #rules: CircuitRules['halfOpen'];
  #leases: Permit[] = [];
  #good = 0;
  #bad = 0;

  constructor(rules: CircuitRules['halfOpen']) {
    this.#rules = rules;
  }

  /** A place for a probe, if one is free. */
  admit(generation: number, now: Ms): Permit | undefined {
    const { atOnce, lease } = this.#rules;
    this.#leases = this.#leases.filter(({ until }) => until > now);
    if (this.#leases.length >= atOnce) return undefined;
    const permit = new Permit(generation, now + lease);
    this.#leases.push(permit);
    return permit;
  }

  /** A probe has ended. @returns What they all say by now; `'neutral'`: nothing yet. */
  end(permit: Permit, verdict: Verdict, now: Ms): Verdict {
    const place = this.#leases.indexOf(permit);
    if (place < 0 || permit.until <= now) return 'neutral'; // its place is another's
    this.#leases.splice(place, 1);
    if (verdict === 'success') this.#good += 1;
    else if (verdict === 'failure') this.#bad += 1;
    const { successes, of } = this.#rules;
    if (this.#bad > of - successes) return 'failure';
    return this.#good >= successes ? 'success' : 'neutral';
  }
}
