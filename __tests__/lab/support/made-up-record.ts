/**
 * A record of the lab that nobody has measured: MADE UP, for tests of what is drawn and written, and for nothing else.
 *
 * Its numbers are round and its shapes plain, so that a test can say what must come of them.
 */
import type {
  Circuits,
  ProtectionId,
  LabRecord,
  PhaseTotals,
  ColumnId,
  RunRecord,
  ScenarioId,
} from '../../../src/lab/record.js';

const seconds = 10;
const rate = 50;
const scenarios: readonly ScenarioId[] = ['i', 'ii', 'iii', 'iv'];
const protections: readonly ColumnId[] = ['none', 'retries', 'timeouts', 'full'];

/** All runs, made up. */
export function madeUpRecord(change: Partial<LabRecord> = {}): LabRecord {
  return {
    startedAt: '2001-01-01T00:00:00.000Z',
    took: 100_000,
    node: 'v0.0.0',
    processors: 2,
    command: 'made up',
    homepages: 3,
    scenarios: scenarios.map((id) => ({
      id,
      title: `made-up scenario ${id}`,
      text: 'Nothing of it is true.',
    })),
    columns: protections.map((id) => ({ id, title: `made-up ${id}`, text: 'Nothing of it is true.' })),
    runs: scenarios.flatMap((scenario) => protections.map((protection) => madeUpRun(scenario, protection))),
    controls: [],
    controlRuns: [],
    measures: [
      { name: 'availability', text: 'made up' },
      { name: 'attempts', text: 'made up, too' },
    ],
    bounds: [
      {
        scenario: 'i',
        protection: 'full',
        name: 'availability',
        unit: 'share',
        value: 1,
        least: 0.99,
        most: null,
        bound: '≥ 99 %',
        measured: '100 %',
        ok: true,
        why: 'Because it is made up.',
      },
      {
        scenario: 'i',
        protection: 'none',
        name: 'attempts',
        unit: 'times',
        value: 4,
        least: null,
        most: 1.1,
        bound: '≤ 1.1 ×',
        measured: '4 ×',
        ok: false,
        why: 'Because it is made up.',
      },
    ],
    answers: [
      {
        scenario: 'i',
        question: 'Why is it so?',
        bounds: [
          {
            scenario: 'i',
            protection: 'full',
            name: 'seven',
            unit: 'count',
            value: 7,
            least: 5,
            most: null,
            bound: '≥ 5',
            measured: '7',
            ok: true,
            why: 'Because it is made up.',
          },
        ],
        answer: 'It is made up.',
        numbers: [
          { name: 'with two', measured: '7', without: '0' },
          { name: 'with one', measured: '8' },
        ],
      },
    ],
    ...change,
  };
}

/** One run, made up: a fault from second 2 to second 6, in which half of the pages fail without full protection. */
export function madeUpRun<Protection extends ProtectionId>(
  scenario: ScenarioId,
  protection: Protection,
): RunRecord<Protection> {
  const isFull = protection === 'full';
  const isFaulty = (second: number): boolean => second >= 2 && second < 6;
  const each = <T>(normal: T, faulty: T): T[] =>
    Array.from({ length: seconds }, (_, second) => (isFaulty(second) ? faulty : normal));
  const plain = { fresh: each(rate, rate), attempts: each(rate, rate) };
  const circuits: Circuits = { closed: each(3, 0), halfOpen: each(0, 1), open: each(0, 2) };
  return {
    scenario,
    protection,
    seed: 1,
    seconds,
    fault: { from: 2000, to: 6000 },
    struck: 'recommendations',
    pages: [],
    events: [
      { at: 2000, number: 1, text: 'the fault begins' },
      ...(isFull ? [{ at: 2100, number: 2, text: 'circuits open' }] : []),
      { at: 6000, number: 3, text: 'the fault ends' },
    ],
    series: {
      fresh: each(rate, rate),
      answered: each(rate - 1, 0),
      degraded: each(0, isFull ? rate - 1 : 24),
      unauthorised: each(1, 1),
      refused: each(0, 0),
      failed: each(0, isFull ? 0 : 25),
      latencyP50: each<number | null>(40, isFull ? 10 : null),
      latencyP95: each<number | null>(60, isFull ? 20 : 2000),
      load: {
        authentication: plain,
        recommendations: { fresh: each(rate, rate), attempts: each(rate, isFull ? 2 : 200) },
        popularity: plain,
      },
      retries: each(0, isFull ? 0 : 150),
      connectionErrors: each(0, isFull ? 2 : 200),
      circuits: isFull ? { recommendations: circuits } : {},
    },
    phases: {
      before: phase(0, 2000, rate - 1, 0),
      during: phase(2000, 6000, 0, isFull ? rate - 1 : 24),
      after: phase(6000, 10_000, rate - 1, 0),
    },
    marks: {
      backToNormal: isFull ? 400 : null,
      backlog: 0,
      fullPage: 40,
      degradedPage: 10,
      errorsWhileOpen: [{ process: 'homepage 1', ofCalls: 1, ofProbes: 2 }],
      machine: { mostInFlight: 9, held: 0, lateBy: 1 },
    },
  };
}

function phase(from: number, to: number, answered: number, degraded: number): PhaseTotals {
  const long = (to - from) / 1000;
  const plain = { fresh: rate * long, attempts: rate * long };
  return {
    from,
    to,
    fresh: rate * long,
    answered: answered * long,
    degraded: degraded * long,
    unauthorised: long,
    refused: 0,
    failed: (rate - 1 - answered - degraded) * long,
    latencyP50: 40,
    latencyP95: 60,
    load: { authentication: plain, recommendations: plain, popularity: plain },
    retries: 0,
    connectionErrors: 0,
  };
}
