/**
 * `stampede waits`: when the tries of a policy happen, as a table, a chart and a few sentences.
 */
import { type Command, Option } from 'commander';
import { count, seed, time } from './flag-values.js';
import { addPolicyFlags, chosenPolicy } from './policy-flags.js';
import { policyText } from './policy-text.js';
import { type ScheduleOptions, scheduleOf } from './schedule.js';
import type { Terminal } from './terminal.js';

interface WaitsFlags extends Omit<ScheduleOptions, 'tries'> {
  readonly tries?: number;
  readonly json?: true;
}

const examples = `
Examples:
  stampede waits                                     the default policy of withRetry
  stampede waits --wait fibo --max-value 13s --jitter none
  stampede waits --wait expo --factor 200ms --max-tries 20 --max-time 1m
  stampede waits --wait decorrelated --max-tries unlimited --tries 15
  stampede waits --json | jq '.total.mean'

The numbers are those of 1000 clients that always fail, run by the engine itself in virtual time.
Times in --json are milliseconds; null stands for no limit.
`;

/** Adds `stampede waits`. */
export function addWaits(program: Command, terminal: Terminal): void {
  const command = program
    .command('waits')
    .summary('show when the tries of a policy happen')
    .description(
      'Shows when the tries of a policy happen: what it may wait, what a crowd of clients really waits, and how long it all takes.',
    );
  addPolicyFlags(command);
  command
    .optionsGroup('What is looked at:')
    .option(
      '--tries <number>',
      'look at no more tries than these (default: all, up to 100; 10 where there is no limit)',
      count,
    )
    .addOption(
      new Option('--attempt <time>', 'how long each attempt takes before it fails')
        .argParser(time)
        .default(0, '0ms'),
    )
    .option('--clients <number>', 'how many clients', count, 1000)
    .option('--seed <number>', 'of the dice: the same seed gives the same numbers', seed, 1)
    .optionsGroup('Output:')
    .option('--json', 'the numbers for a program')
    .addHelpText('after', examples)
    .action(async (flags: WaitsFlags) => {
      // What the policy does is the question, not what an operator allows this process.
      delete process.env['STAMPEDE_DISABLED'];
      const chosen = chosenPolicy(command);
      const { policy, words } = chosen;
      const tries = flags.tries ?? (policy.maxTries === Infinity ? 10 : Math.min(policy.maxTries, 100));
      const options = { ...flags, tries };
      const schedule = scheduleOf(policy, options);
      if (flags.json === true) {
        const { clients, seed, attempt } = options;
        const { maxTries, maxTime } = policy;
        // JSON knows no Infinity: it writes null.
        const told = { policy: { ...words, maxTries, maxTime }, clients, seed, attempt, ...schedule };
        terminal.out(`${JSON.stringify(told, undefined, 2)}\n`);
      } else {
        const { scheduleText } = await import('./schedule-text.js'); // what draws is slow to load
        terminal.out(`${terminal.colours.bold(policyText(chosen))}\n\n`);
        terminal.out(scheduleText(terminal, policy, options, schedule));
      }
    });
}
