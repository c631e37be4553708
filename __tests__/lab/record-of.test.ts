/**
 * From what the processes have said to the record of a run.
 */
import { describe, expect, it } from '@jest/globals';
import type { ServiceReport } from '../../src/lab/messages.js';
import { scenarios } from '../../src/lab/plan.js';
import type { RawRun } from '../../src/lab/raw-run.js';
import type { PageRecord } from '../../src/lab/record.js';
import { recordOf } from '../../src/lab/record-of.js';

const page = (at: number, status: number, isDegraded = false, latency = 40): PageRecord => ({
  at,
  latency,
  status,
  isDegraded,
});

const silent: ServiceReport = {
  lateBy: 1,
  attempts: [],
  connectionErrors: [],
  retries: [],
  refusals: [],
  circuits: [],
  guarded: [],
};

const mark = (at: number, isProbe = false) => ({ at, upstream: 'recommendations' as const, isProbe });

function raw(given: Partial<RawRun> = {}): RawRun {
  return {
    scenario: scenarios[0]!,
    protection: 'full',
    homepages: 2,
    timeline: { from: 1000, to: 2000, seconds: 3 },
    seed: 7,
    harm: { from: 1000, to: 2000, backlog: 3 },
    load: { loadDone: true, mostInFlight: 9, held: 0, lateBy: 2 },
    pages: [],
    reports: [],
    ...given,
  };
}

describe('recordOf', () => {
  it('counts a page in the second in which it was asked for, by how it ended', () => {
    const pages = [
      page(100, 200),
      page(200, 401),
      page(1100, 200, true, 1500),
      page(1200, 503),
      page(2100, 502),
      page(2200, 0),
    ];

    const { series, phases } = recordOf(raw({ pages }));

    expect(series).toMatchObject({
      fresh: [2, 2, 2],
      answered: [1, 0, 0],
      unauthorised: [1, 0, 0],
      degraded: [0, 1, 0],
      refused: [0, 1, 0],
      failed: [0, 0, 2],
      latencyP95: [40, 1500, 40],
    });
    expect(phases.during).toMatchObject({ fresh: 2, degraded: 1, refused: 1 });
  });

  it('tells the errors of probes from those of processes that had yet to learn of the outage', () => {
    const opened = { at: 1200, upstream: 'recommendations' as const, to: 'open' as const };
    const reports = [
      { name: 'homepage 1', report: { ...silent, circuits: [opened], connectionErrors: [mark(1100)] } },
      { name: 'homepage 2', report: { ...silent, connectionErrors: [mark(1300), mark(1800, true)] } },
    ];

    const { marks } = recordOf(raw({ reports }));

    expect(marks.errorsWhileOpen).toEqual([
      { process: 'homepage 1', ofCalls: 0, ofProbes: 0 },
      { process: 'homepage 2', ofCalls: 1, ofProbes: 1 },
    ]);
  });

  it('knows no errors while circuits were open where none opened', () => {
    const reports = [{ name: 'homepage 1', report: { ...silent, connectionErrors: [mark(1300)] } }];

    const { marks } = recordOf(raw({ reports }));

    expect(marks.errorsWhileOpen).toEqual([{ process: 'homepage 1', ofCalls: 0, ofProbes: 0 }]);
  });

  it('keeps each page, in the order in which they were asked for', () => {
    const pages = [page(1100, 503), page(100, 200), page(2100, 0)];

    expect(recordOf(raw({ pages })).pages).toEqual([page(100, 200), page(1100, 503), page(2100, 0)]);
  });

  it('takes the time of a full page from before the fault, and that of a degraded one from the fault', () => {
    const pages = [
      page(100, 200, false, 40),
      page(1100, 200, true, 10),
      page(1200, 200, false, 99),
      page(2100, 200, true, 99),
    ];

    const { marks } = recordOf(raw({ pages }));

    expect(marks).toMatchObject({ fullPage: 40, degradedPage: 10 });
  });

  it('has no time of pages that there were not', () => {
    const { marks } = recordOf(raw());

    expect(marks).toMatchObject({ fullPage: null, degradedPage: null });
  });

  it('takes for the fresh load of authentication the pages, and what recommendations wanted to ask', () => {
    const asked = (at: number) => ({ at, upstream: 'authentication' as const, isProbe: false });
    const reports = [
      // Three calls: one answered at its second try, one at its first, and one that the circuit refused.
      {
        name: 'recommendations',
        report: {
          ...silent,
          attempts: [asked(1100), asked(1200), asked(1300)],
          retries: [1150],
          refusals: [1400],
        },
      },
    ];

    const { series } = recordOf(raw({ reports, pages: [page(1050, 200)] }));

    expect(series.load.authentication).toEqual({ fresh: [0, 4, 0], attempts: [0, 3, 0] });
  });

  it('adds up the attempts of all callers, and says how many processes have their circuit open', () => {
    const guarded = ['recommendations'] as const;
    const at = (moment: number, to: 'open' | 'closed') => ({ at: moment, upstream: guarded[0], to });
    const reports = [
      {
        name: 'homepage 1',
        report: { ...silent, guarded, attempts: [mark(1100), mark(1200)], circuits: [at(1300, 'open')] },
      },
      { name: 'homepage 2', report: { ...silent, guarded, attempts: [mark(1300)] } },
    ];

    const { series } = recordOf(raw({ reports }));

    expect(series.load.recommendations.attempts).toEqual([0, 3, 0]);
    expect(series.circuits.recommendations).toEqual({
      closed: [2, 1, 1],
      halfOpen: [0, 0, 0],
      open: [0, 1, 1],
    });
  });
});
