/**
 * Texts that end up in a page: numbers as people read them, and nothing that a browser takes for markup.
 */
import type { Ms } from '../../core.js';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** A text that may stand between tags and in a quoted attribute. */
export function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** The same, with no line break between a number and its unit. */
export function unbroken(text: string): string {
  return text.replaceAll(/(?<=\d) (?=[%×\p{L}]{1,2}(?!\p{L}))/gu, '\u00A0');
}

/** Data that may stand in a `<script>`: in it nothing ends the script, whatever the texts say. */
export function scriptJson(data: unknown): string {
  return JSON.stringify(data).replaceAll('<', '\\u003c');
}

/** `97.5 %`; `–` for nothing. */
export function percent(share: number | null): string {
  if (share === null) return '–';
  if (share === 0 || share === 100) return `${share} %`;
  // 99.96 % is not 100 %, nor 0.04 % none: what was lost stays seen, and what was left.
  return `${Math.min(99.9, Math.max(0.1, share)).toFixed(1)} %`;
}

/** `38 ms`, `1.25 s`; `–` for nothing. */
export function time(ms: Ms | null): string {
  if (ms === null) return '–';
  return Math.round(ms) < 1000 ? `${Math.round(ms)} ms` : `${Number((ms / 1000).toFixed(2))} s`;
}

/** `3.41 ×`; `–` where there was nothing to compare with. */
export function times(part: number, whole: number): string {
  return whole === 0 ? '–' : `${(part / whole).toFixed(2)} ×`;
}
