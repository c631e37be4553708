/**
 * Two questions that the old story of this outage left open, each answered by a number, and by the same number with
 * its cause switched off.
 *
 * Why was more served than normal once the circuits were open? Why were connections still refused while they were?
 */
import type { Ms } from '../core.js';
import type { AnswerRecord, BoundRecord, RunRecord, ScenarioId } from './record.js';

/** An answer, and that its numbers are what it says, and others without the cause. */
export interface Answered {
  readonly answer: AnswerRecord;
  readonly bounds: readonly BoundRecord[];
}

/** By how much less time a degraded page takes than a full one did before. Less than 0: by how much more. */
export function timeSaved(run: RunRecord): Ms {
  const { full, degraded } = pageTimes(run);
  return full - degraded;
}

/** Connections refused to homepage after the first of its circuits had opened, those of probes, and all others. */
export function errorsWhileOpen({ marks: { numbers } }: RunRecord): {
  readonly all: number;
  readonly probes: number;
  readonly learning: number;
} {
  const all = numbers['errorsWhileOpen'] ?? 0;
  const probes = numbers['errorsWhileOpenOfProbes'] ?? 0;
  return { all, probes, learning: all - probes };
}

/**
 * Why was more served than normal once the circuits were open?
 *
 * @param slow     Full protection while recommendations are slow.
 * @param without  The same without the breaker around them.
 */
export function whyMoreWasServed(slow: RunRecord, without: RunRecord): Answered {
  const saved = timeSaved(slow);
  const savedWithout = timeSaved(without);
  const { full, degraded } = pageTimes(slow);
  return {
    answer: {
      question: 'Why was more served than normal once the circuits were open?',
      answer:
        `A page that leaves out recommendations does not wait for them: it takes ${ms(degraded)} in place of ${ms(full)}. ` +
        'Ten readers who ask again as soon as they are answered, as the old load did, then ask that much more often. ' +
        'Ours come when they like, so they see quicker pages and not more of them.',
      numbers: [
        { name: 'time saved on each page', measured: ms(saved), without: ms(savedWithout) },
        {
          name: 'pages a second for ten such readers, before and with open circuits',
          measured: `${pagesOf(full)} → ${pagesOf(degraded)}`,
          without: `${pagesOf(pageTimes(without).full)} → ${pagesOf(pageTimes(without).degraded)}`,
        },
      ],
    },
    bounds: [
      verdict('iii', {
        name: 'time saved on each page by open circuits',
        measured: saved,
        least: 5,
        show: ms,
        why: 'Recommendations take 30 ms and ask authentication; the list beside them takes 8 ms.',
      }),
      verdict('iii', {
        name: 'the same without the breaker',
        measured: savedWithout,
        most: -100,
        show: ms,
        why: 'Each page then waits for an attempt to time out: 250 ms more, and nothing saved.',
      }),
    ],
  };
}

/**
 * Why were connections still refused while the circuits were open?
 *
 * @param dead     Full protection while recommendations are gone.
 * @param without  The same with one process of homepage, whose circuit sends no probe while the fault lasts.
 */
export function whyErrorsWentOn(dead: RunRecord, without: RunRecord): Answered {
  const errors = errorsWhileOpen(dead);
  const alone = errorsWhileOpen(without);
  const by = Object.entries(dead.marks.connectionErrorsBy)
    .filter(([name]) => name.startsWith('homepage'))
    .map(([name, count]) => `${name}: ${count}`);
  return {
    answer: {
      question: 'Why were connections still refused while the circuits were open?',
      answer:
        'Each process has circuits of its own. When the first has opened, the others have yet to learn it, each by ' +
        'failures of its own; from then on each sends a probe now and then, which is refused as long as nobody listens.',
      numbers: [
        {
          name: 'refused after the first circuit had opened',
          measured: String(errors.all),
          without: String(alone.all),
        },
        {
          name: 'of them to processes that had yet to learn it',
          measured: String(errors.learning),
          without: String(alone.learning),
        },
        { name: 'of them to probes', measured: String(errors.probes), without: String(alone.probes) },
        { name: 'refused in all, by process', measured: by.join(', ') },
      ],
    },
    bounds: [
      verdict('i', {
        name: 'refused after the first circuit had opened',
        measured: errors.all,
        least: 3,
        most: 80,
        show: String,
        why: 'Two more processes learn by five failures each, and each of three sends a probe whenever an open time is over.',
      }),
      verdict('i', {
        name: 'the same with one process and no probes',
        measured: alone.all,
        most: 3,
        show: String,
        why: 'Nobody has yet to learn, and nobody probes; attempts that were under way when it opened are left.',
      }),
    ],
  };
}

function pageTimes({ marks: { numbers } }: RunRecord): { readonly full: Ms; readonly degraded: Ms } {
  return { full: numbers['fullPage'] ?? 0, degraded: numbers['degradedPage'] ?? 0 };
}

interface Measured {
  readonly name: string;
  readonly measured: number;
  readonly least?: number;
  readonly most?: number;
  readonly show: (value: number) => string;
  readonly why: string;
}

function verdict(scenario: ScenarioId, { name, measured, show, why, ...given }: Measured): BoundRecord {
  const { least, most } = given;
  const bounds = [
    ...(least === undefined ? [] : [`at least ${show(least)}`]),
    ...(most === undefined ? [] : [`at most ${show(most)}`]),
  ];
  const ok = measured >= (least ?? -Infinity) && measured <= (most ?? Infinity);
  return { scenario, protection: 'full', name, bound: bounds.join(', '), measured: show(measured), ok, why };
}

function ms(value: Ms): string {
  return `${Math.round(value)} ms`;
}

/** What ten readers get who ask again as soon as they are answered. */
function pagesOf(time: Ms): string {
  return time > 0 ? String(Math.round(10_000 / time)) : '–';
}
