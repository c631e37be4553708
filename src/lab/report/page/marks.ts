/**
 * Where does a chart mark the fault and the events? In a browser: these functions travel there as text.
 *
 * A number needs some room; where two would hide each other, one stands a level higher.
 */
import type { LabEvent } from '../../record.js';
import type { Page, Plot } from './browser.js';

/** By event, on which level it stands, from 0; in the order of the events. */
export function levelsOf(events: readonly LabEvent[], msApart: number): number[] {
  const ends: number[] = [];
  const levels = new Map<LabEvent, number>();
  for (const event of [...events].sort((one, other) => one.at - other.at)) {
    const free = ends.findIndex((end) => end <= event.at);
    const level = free < 0 ? ends.length : free;
    ends[level] = event.at + msApart;
    levels.set(event, level);
  }
  return events.map((event) => levels.get(event) ?? 0);
}

export function shadeFault(
  { document }: Page,
  { over }: Plot,
  fault: { readonly from: number; readonly to: number },
  seconds: number,
): void {
  const shade = document.createElement('div');
  const shareOf = (ms: number): number => Math.min(100, Math.max(0, ms / seconds / 10));
  shade.className = 'fault';
  shade.style['left'] = `${shareOf(fault.from)}%`;
  shade.style['right'] = `${100 - shareOf(fault.to)}%`;
  over.append(shade);
}

export function markEvent(
  { document }: Page,
  { over }: Plot,
  { at, number, text }: LabEvent,
  seconds: number,
  top: string,
): void {
  const mark = document.createElement('div');
  mark.className = 'mark';
  mark.style['left'] = `${Math.min(100, Math.max(0, at / seconds / 10))}%`;
  mark.style['top'] = top;
  const label = document.createElement('span');
  label.textContent = String(number);
  label.title = text;
  mark.append(label);
  over.append(mark);
}
