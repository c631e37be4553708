/**
 * What a trace shows of a retried call: one event for each attempt that has ended, on the span that is active.
 */
import { type Attributes, trace } from '@opentelemetry/api';
import type { Details, EndDetails, StampedeEvent } from '../../core.js';
import { isRefused, outcomeOf } from '../attempts.js';
import { callName } from '../call-name.js';
import { errorType } from '../error-type.js';

/** Adds an event `stampede.attempt` to the active span, if this event is the end of an attempt and the span is recorded. */
export function noteOnSpan(event: StampedeEvent): void {
  if (!event.type.startsWith('retry:')) return;
  const details = event.details as Details;
  const ended = endOfAttempt(details);
  if (ended === undefined) return;
  const span = trace.getActiveSpan();
  if (span?.isRecording() !== true) return;
  span.addEvent('stampede.attempt', {
    'stampede.name': callName(event),
    'stampede.tries': details.tries,
    ...ended,
  });
}

/** How the attempt has ended; `undefined` for an event that is not the end of one. */
function endOfAttempt(details: Details): Attributes | undefined {
  switch (details.event) {
    case 'backoff':
      return { ...failure(details), 'stampede.retry.wait': details.wait / 1000 };
    case 'giveup':
      return { ...failure(details), 'stampede.giveup.reason': details.reason };
    case 'end':
      return endOfLast(details);
    default:
      return undefined;
  }
}

/** What kind of failure it was, and whether nothing was sent. */
function failure(outcome: Parameters<typeof errorType>[0]): Attributes {
  const type = { 'error.type': errorType(outcome) };
  return isRefused(outcome) ? { ...type, 'stampede.refused': true } : type;
}

function endOfLast(details: EndDetails): Attributes | undefined {
  const { ended, tries, history } = details;
  if (ended === 'success') return {};
  if (ended === 'giveup') return undefined; // told already
  const isUnderWay = history.attempts.length + history.omitted < tries;
  if (ended === 'abort') return isUnderWay ? { 'stampede.outcome': ended } : undefined;
  const last = history.attempts.at(-1);
  return last === undefined ? undefined : { ...failure(last), 'stampede.outcome': outcomeOf(details) };
}
