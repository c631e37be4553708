/**
 * `stampede check`: is a configuration right, and what in it may turn an outage into a stampede?
 *
 * What is wrong with a file is said by `stampede-js/config`, and so is what is risky; here it is chosen, printed, and
 * turned into an exit code.
 */
import { existsSync } from 'node:fs';
import { type Command, InvalidArgumentError } from 'commander';
import {
  ConfigError,
  type ConfigFault,
  type Finding,
  type RuleName,
  type StampedeSettings,
  findRisks,
  loadStampede,
  ruleNames,
  unloadStampede,
} from '../config/index.js';
import { nearest } from '../core.js';
import { faultsJson, faultsText, findingsJson, findingsText } from './check-text.js';
import { EXIT } from './exit-codes.js';
import type { Terminal } from './terminal.js';

interface CheckFlags {
  readonly strict?: true;
  readonly json?: true;
  readonly rule?: readonly RuleName[];
  readonly ignore?: readonly RuleName[];
}

const help = `
Rules: ${ruleNames.join(', ')}

Examples:
  stampede check                             the file that the library would find from here
  stampede check deploy/stampede.yml --strict
  stampede check --ignore no-jitter,unsafe-methods
  stampede check --json | jq -r '.findings[] | "\\(.path) \\(.rule)"'

Exit code: 0 nothing of severity error, 1 there is (--strict: or a warning), 2 wrong usage or no valid file.
`;

/** Adds `stampede check`. */
export function addCheck(program: Command, terminal: Terminal): void {
  program
    .command('check')
    .summary('look for faults and stampede risks in a configuration')
    .description(
      'Looks for faults in a configuration, and for what may turn an outage into a stampede; each with the number behind it and the cure.',
    )
    .argument('[file]', 'the configuration (default: $STAMPEDE_CONFIG, else the one that is found from here)')
    .option('--strict', 'warnings fail too')
    .option('--rule <rule,...>', 'only these rules; may be given again', rules)
    .option('--ignore <rule,...>', 'all but these rules; may be given again', rules)
    .option('--json', 'faults and findings for a program; null stands for no bound')
    .addHelpText('after', help)
    .action((file: string | undefined, flags: CheckFlags) => {
      terminal.exitCode = check(terminal, file, flags);
    });
}

/** @returns The exit code. */
function check(terminal: Terminal, named: string | undefined, flags: CheckFlags): number {
  let loaded: { readonly file: string | undefined; readonly settings: StampedeSettings };
  try {
    loaded = loadStampede({ file: named });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return faulty(terminal, flags, named === undefined ? error.faults : error.faults.map(asTyped));
  } finally {
    unloadStampede(); // what is installed holds for the calls of a program
  }
  const { file, settings } = loaded;
  if (file === undefined) {
    // A check of nothing must not pass for a check.
    const text = 'there is no stampede.yml or .stampederc here or above, nor at home; name a file';
    terminal.err(`${terminal.errColours.red('error:')} ${text}.\n`);
    return EXIT.usage;
  }
  const findings = chosen(findRisks(settings), flags);
  terminal.out(
    flags.json === true ? findingsJson(file, findings) : findingsText(terminal, { file, settings, findings }),
  );
  const fails = ({ severity }: Finding): boolean =>
    severity === 'error' || (severity === 'warning' && flags.strict === true);
  return findings.some(fails) ? 1 : 0;
}

function faulty(terminal: Terminal, { json }: CheckFlags, faults: readonly ConfigFault[]): number {
  if (json === true) terminal.out(faultsJson(faults));
  else terminal.err(faultsText(terminal, faults));
  return EXIT.usage;
}

// Who has typed a name has named nothing to `loadStampede`.
function asTyped(fault: ConfigFault): ConfigFault {
  const { file } = fault;
  return file === undefined || existsSync(file) ? fault : { ...fault, allowed: 'is not there' };
}

function chosen(findings: readonly Finding[], { rule, ignore = [] }: CheckFlags): readonly Finding[] {
  return findings.filter((one) => (rule?.includes(one.rule) ?? true) && !ignore.includes(one.rule));
}

/** Reads names of rules, on top of those that were read before. */
function rules(text: string, before: readonly RuleName[] = []): readonly RuleName[] {
  const names = text.split(',').map((name) => name.trim());
  for (const name of names) {
    if ((ruleNames as readonly string[]).includes(name)) continue;
    const near = nearest(name, ruleNames);
    const hint = near === undefined ? `The rules are ${ruleNames.join(', ')}.` : `Did you mean ${near}?`;
    throw new InvalidArgumentError(`There is no rule "${name}". ${hint}`);
  }
  return [...before, ...(names as RuleName[])];
}
