/**
 * Texts that end up in a page, with nothing in them that a browser takes for markup.
 */
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
