/**
 * Two questions that outages like these raise, each answered by a number, and by the same number with
 * its cause switched off.
 *
 * Why was more served than normal once the circuits were open? Why were connections still refused while they were?
 */
import type { Ms } from '../core.js';
import { questionBounds } from './bounds.js';
import { verdictOn } from './check.js';
import { measures } from './measures.js';
import type { AnswerRecord, ControlId, ProcessErrors, RunRecord } from './record.js';
import { time } from './units.js';

type Control = RunRecord<ControlId>;

/**
 * Why was more served than normal once the circuits were open?
 *
 * @param slow     Full protection while recommendations are slow.
 * @param without  The same without the breaker around the lists.
 */
export function whyMoreWasServed(slow: RunRecord, without: Control): AnswerRecord {
  const { fullPage, degradedPage } = slow.marks;
  const [saved, savedWithout] = [timeSaved(slow), timeSaved(without)];
  return {
    scenario: slow.scenario,
    question: 'Why was more served than normal once the circuits were open?',
    answer:
      `A page that leaves out recommendations does not wait for them: it takes ${time(degradedPage)} in place of ${time(fullPage)}. ` +
      'Ten readers who ask again as soon as they are answered, as the clients of many load tests do, then ask that much more often. ' +
      'Ours come when they like, so they see quicker pages and not more of them.',
    numbers: [
      { name: 'time saved on each page', measured: savedText(saved), without: savedText(savedWithout) },
      {
        name: 'by arithmetic, pages a second for ten such readers, before and with open circuits',
        measured: tenReaders(slow),
        without: tenReaders(without),
      },
    ],
    bounds: [
      verdictOn(
        slow,
        { name: 'time saved on each page', unit: 'ms', value: saved },
        questionBounds.timeSaved,
      ),
      verdictOn(
        without,
        {
          name: 'time lost on each page without the breaker',
          unit: 'ms',
          value: savedWithout === null ? null : -savedWithout,
        },
        questionBounds.timeLostWithout,
      ),
      verdictOn(
        without,
        { name: 'attempts without the breaker', unit: 'times', value: measures.attempts.of(without) },
        questionBounds.attemptsWithout,
      ),
    ],
  };
}

/**
 * Why were connections still refused while the circuits were open?
 *
 * @param dead     Full protection while recommendations are gone.
 * @param without  The same with one process of homepage, whose circuit sends no probe while the fault lasts.
 */
export function whyErrorsWentOn(dead: RunRecord, without: Control): AnswerRecord {
  const ofCalls = ({ ofCalls }: ProcessErrors): number => ofCalls;
  const ofProbes = ({ ofProbes }: ProcessErrors): number => ofProbes;
  const ofAll = (errors: ProcessErrors): number => errors.ofCalls + errors.ofProbes;
  const row = (
    name: string,
    text: (run: RunRecord | Control) => string,
  ): AnswerRecord['numbers'][number] => ({
    name,
    measured: text(dead),
    without: text(without),
  });
  return {
    scenario: dead.scenario,
    question: 'Why were connections still refused while the circuits were open?',
    answer:
      'Each process has circuits of its own. When the first has opened, the others have yet to learn it, each by ' +
      'failures of its own; from then on each sends a probe now and then, which is refused as long as nobody listens.',
    numbers: [
      row('refused after the first circuit had opened', (run) => String(sumOf(run, ofAll))),
      row('of them to processes that had yet to learn it', (run) => byProcess(run, ofCalls)),
      row('of them to probes', (run) => byProcess(run, ofProbes)),
    ],
    bounds: [
      verdictOn(
        dead,
        {
          name: 'refused to calls after the first circuit had opened',
          unit: 'count',
          value: sumOf(dead, ofCalls),
        },
        questionBounds.refusedToCalls,
      ),
      verdictOn(
        dead,
        { name: 'refused to probes', unit: 'count', value: sumOf(dead, ofProbes) },
        questionBounds.refusedToProbes,
      ),
      verdictOn(
        without,
        {
          name: 'refused in all, with one process and no probes',
          unit: 'count',
          value: sumOf(without, ofAll),
        },
        questionBounds.refusedWithout,
      ),
    ],
  };
}

/** By how much less time a degraded page takes than a full one did before. Less than 0: by how much more. */
function timeSaved({ marks: { fullPage, degradedPage } }: RunRecord | Control): Ms | null {
  return fullPage === null || degradedPage === null ? null : fullPage - degradedPage;
}

function savedText(saved: Ms | null): string {
  return saved !== null && saved < 0 ? `${time(-saved)} lost` : time(saved);
}

/** What ten readers get who ask again as soon as they are answered. */
function tenReaders({ marks: { fullPage, degradedPage } }: RunRecord | Control): string {
  const pages = (each: Ms | null): string => (each === null ? '–' : String(Math.round(10_000 / each)));
  return `${pages(fullPage)} → ${pages(degradedPage)}`;
}

type Count = (errors: ProcessErrors) => number;

function sumOf({ marks }: RunRecord | Control, count: Count): number {
  return marks.errorsWhileOpen.reduce((sum, errors) => sum + count(errors), 0);
}

function byProcess({ marks }: RunRecord | Control, count: Count): string {
  return marks.errorsWhileOpen.map((errors) => `${errors.process}: ${count(errors)}`).join(', ');
}
