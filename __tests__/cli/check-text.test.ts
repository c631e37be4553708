/**
 * Findings as a person at a terminal sees them.
 */
import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import pico from 'picocolors';
import { findingsText } from '../../src/cli/check-text.js';
import type { Terminal } from '../../src/cli/terminal.js';
import { findRisks, parseSettings } from '../../src/config/index.js';

const settings = parseSettings('gateways: { ledger: { retry: { jitter: none } } }');
const checked = { file: '/etc/stampede.yml', settings, findings: findRisks(settings) };

function textAt(width: number, isInteractive = true): string {
  const terminal = { width, isInteractive, colours: pico.createColors(true) } as Terminal;
  return findingsText(terminal, checked);
}

describe('findingsText', () => {
  it('folds lines to the width of a terminal, colours not counted', () => {
    const lines = stripVTControlCharacters(textAt(50)).split('\n');

    expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(50);
    expect(lines.slice(2, 5)).toEqual([
      '    Of 1,000 clients that fail together, 1,000',
      '    make retry 1 within the same 10 ms; with full',
      '    jitter it would be about 100.',
    ]);
  });

  it('never breaks a word', () => {
    const lines = stripVTControlCharacters(textAt(8)).split('\n');

    expect(lines).toContain('    together,');
  });

  it('gives the same words in one line where nobody watches', () => {
    const words = (text: string): string[] => stripVTControlCharacters(text).split(/\s+/);

    expect(words(textAt(50))).toEqual(words(textAt(50, false)));
    expect(textAt(50, false).split('\n')[2]!.length).toBeGreaterThan(100);
  });
});

describe('names of a file in what stampede check prints', () => {
  it('do nothing to the terminal', () => {
    const name = JSON.stringify('\u001b]0;x\u0007\u009b31m\n');
    const risky = parseSettings(
      `{"gateways": {${name}: {"calls": [${name}], "budget": false, "retry": {"jitter": "none"}}}}`,
    );
    const terminal = { width: 80, isInteractive: false, colours: pico.createColors(false) } as Terminal;

    const text = findingsText(terminal, {
      file: '/tmp/\u001b[31m.yml',
      settings: risky,
      findings: findRisks(risky),
    });

    expect(text).toContain('retries-multiply');
    expect(text.replaceAll('\n', '')).toMatch(/^\P{C}+$/u);
  });
});
