/**
 * What `stampede check` prints: faults and findings, for people and for programs.
 */
import path from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { ConfigFault, Finding, Severity, StampedeSettings } from '../config/index.js';
import { printable } from '../core.js';
import type { Terminal } from './terminal.js';

/** Each fault on a line: `stampede.yml:3:5 gateways.ledger.timeout must be ...; got 5`. */
export function faultsText({ errColours }: Terminal, faults: readonly ConfigFault[]): string {
  return faults.map((fault) => `${errColours.red('error:')} ${faultLine(fault)}\n`).join('');
}

function faultLine({ file, line, column, path: where, value, allowed, didYouMean }: ConfigFault): string {
  const place =
    file === undefined ? '' : `${short(file)}${line === undefined ? '' : `:${line}:${column ?? 1}`} `;
  const got = value === undefined ? '' : `; got ${value}`;
  const hint = didYouMean === undefined ? '' : ` (did you mean ${didYouMean}?)`;
  return `${place}${where === '' ? '' : `${where} `}${allowed}${got}${hint}`;
}

/** Findings below the gateway that they are of, and what they come to. */
export function findingsText(terminal: Terminal, { file, settings, findings }: Checked): string {
  const { colours } = terminal;
  const places = [...new Set(findings.map(({ path: where }) => where))];
  const groups = places.map((where) => {
    const own = findings.filter((finding) => finding.path === where);
    return `${colours.underline(printable(where))}\n${own.map((finding) => findingText(terminal, finding)).join('')}\n`;
  });
  return `${groups.join('')}${short(file)}: ${contentsOf(settings)}; ${sumOf(findings)}.\n`;
}

interface Checked {
  readonly file: string;
  readonly settings: StampedeSettings;
  readonly findings: readonly Finding[];
}

function findingText(terminal: Terminal, { severity, rule, number, cure }: Finding): string {
  const { colours } = terminal;
  const paint = { error: colours.red, warning: colours.yellow, note: colours.cyan }[severity];
  const says = printable(number.says).replace(/^[a-z]/, (letter) => letter.toUpperCase());
  return [
    `  ${paint(severity.padEnd('warning'.length))}  ${colours.bold(rule)}`,
    ...folded(terminal, says, '    '),
    ...folded(terminal, colours.green(`→ ${printable(cure)}`), '    '),
  ]
    .map((line) => `${line}\n`)
    .join('');
}

/** A text in lines that fit the terminal; in one line where nobody watches, for `grep`. */
function folded({ isInteractive, width }: Terminal, text: string, indent: string): string[] {
  if (!isInteractive) return [`${indent}${text}`];
  const lengthOf = (line: string): number => stripVTControlCharacters(line).length;
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && lengthOf(`${line} ${word}`) <= width)
      lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(`${indent}${word}`);
  }
  return lines;
}

function contentsOf({ gateways, policies, http, retryConfig }: StampedeSettings): string {
  const parts = [
    many(Object.keys(gateways ?? {}).length, 'gateway'),
    many(Object.keys(policies ?? {}).length, 'policy', 'policies'),
    http === undefined ? '' : 'http',
    retryConfig === undefined ? '' : 'retry_config',
  ].filter((part) => part !== '');
  return parts.length === 0 ? 'nothing is configured' : parts.join(', ');
}

function sumOf(findings: readonly Finding[]): string {
  const count = (severity: Severity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const parts = [
    many(count('error'), 'error'),
    many(count('warning'), 'warning'),
    many(count('note'), 'note'),
  ];
  const said = parts.filter((part) => part !== '');
  return said.length === 0 ? 'no risk found' : said.join(', ');
}

function many(count: number, one: string, more = `${one}s`): string {
  return count === 0 ? '' : `${count} ${count === 1 ? one : more}`;
}

/** Faults for a program, with the keys that findings come with, too. */
export function faultsJson(faults: readonly ConfigFault[]): string {
  const told = faults.map(({ file, line, column, path: where, value, allowed, didYouMean }) => ({
    file: file ?? null,
    line: line ?? null,
    column: column ?? null,
    path: where,
    value: value ?? null,
    allowed,
    didYouMean: didYouMean ?? null,
  }));
  return json({ file: faults[0]?.file ?? null, faults: told, findings: [] });
}

/** Findings for a program. JSON knows no Infinity: it writes null. */
export function findingsJson(file: string, findings: readonly Finding[]): string {
  const told = findings.map(({ rule, severity, gateway, path: where, number, cure }) => ({
    rule,
    severity,
    gateway,
    path: where,
    ...number,
    cure,
  }));
  return json({ file, faults: [], findings: told });
}

function json(value: object): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** A path as it is seen from here; in full where that leads upward. */
function short(file: string): string {
  const relative = path.relative(process.cwd(), file);
  return printable(relative.startsWith('..') || path.isAbsolute(relative) ? file : relative);
}
