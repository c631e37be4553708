/**
 * What is played, under what, and when: four outages, four protections.
 */
import type { Ms } from '../core.js';
import type { Fault } from './messages.js';
import type { ControlId, Described, ColumnId, ScenarioId, UpstreamName } from './record.js';

/** An outage: whom it strikes, how, and for how long. */
export interface Scenario extends Described<ScenarioId> {
  readonly struck: UpstreamName;
  readonly fault: Fault;
  /** Whether it is a moment's trouble: two seconds. */
  readonly isBlip: boolean;
}

/** Work that takes so many times longer is over long after anybody waits for it. */
export const slowness = 20;
const slow: Fault = { kind: 'slow', factor: slowness };

export const scenarios: readonly Scenario[] = [
  {
    id: 'i',
    title: 'recommendations are gone',
    text: 'The service has crashed: nobody listens at its port. A page can do without its list.',
    struck: 'recommendations',
    fault: { kind: 'dead' },
    isBlip: false,
  },
  {
    id: 'ii',
    title: 'authentication is gone',
    text: 'The service has crashed, and nothing can stand in for it: without it there is no page.',
    struck: 'authentication',
    fault: { kind: 'dead' },
    isBlip: false,
  },
  {
    id: 'iii',
    title: 'recommendations are slow',
    text: 'Each answer takes twenty times as long. Nothing is refused at first, and everybody waits.',
    struck: 'recommendations',
    fault: slow,
    isBlip: false,
  },
  {
    id: 'iv',
    title: 'too many retries',
    text: 'Recommendations are slow for a moment only. Retries then keep them down, for each asks four times over.',
    struck: 'recommendations',
    fault: slow,
    isBlip: true,
  },
];

export const columns: readonly Described<ColumnId>[] = [
  {
    id: 'none',
    title: 'no protection',
    text: 'Each call is made once, and waits as long as its reader does.',
  },
  { id: 'retries', title: 'retries', text: 'Three more tries, at once.' },
  {
    id: 'timeouts',
    title: 'retries, jitter, timeouts',
    text: 'Three more tries after waits that grow and scatter; 250 ms for an attempt, 1.5 s for a call.',
  },
  {
    id: 'full',
    title: 'budget, breaker, fallback',
    text: 'The same, and retries are paid for, a circuit breaker steps aside, and a list may be left out.',
  },
];

/** Full protection with a cause switched off, for the question that a scenario raises. */
export interface Control extends Described<ControlId> {
  readonly scenario: ScenarioId;
  /** How many processes serve the homepage. */
  readonly homepages: number;
}

/** How many processes serve the homepage, each with circuits of its own. */
export const homepages = 3;

export const controls: readonly Control[] = [
  {
    id: 'no-breaker',
    title: 'control: no breaker',
    text: 'Full protection without a circuit breaker around the lists.',
    scenario: 'iii',
    homepages,
  },
  {
    id: 'one-process',
    title: 'control: one process, no probes',
    text: 'Full protection; one process, so that no other has yet to learn; and a circuit that stays open while the fault lasts, so that it sends no probe.',
    scenario: 'i',
    homepages: 1,
  },
];

/** When the fault begins and ends, and when the run does. */
export interface Timeline {
  readonly from: Ms;
  readonly to: Ms;
  readonly seconds: number;
}

/**
 * The timeline of a run: some normal seconds, the fault, and time to come back.
 *
 * @param isShort  Two thirds of it. All faults then last two seconds.
 */
export function timelineOf({ isBlip }: Scenario, isShort: boolean): Timeline {
  const [before, lasts, seconds] = isShort ? [1000, 2000, 6] : [2000, isBlip ? 2000 : 3000, 9];
  return { from: before, to: before + lasts, seconds };
}

/** Pages a second, in all. */
export const rate = 50;
