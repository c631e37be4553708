/**
 * How a retry, and what pays for it, may be written in a file.
 */
import * as v from 'valibot';
import { count, flag, names, number, off, option, required, time } from './values.js';
import { jitter, wait } from './waits.js';

const errors = names('the name, the code or the class of an error, such as ECONNRESET or HttpError');
const maxTries = option(
  count(1, 'number of tries'),
  'Attempts in all, the first included. In a gateway the default is 3.',
);
const waitOption = option(wait, 'Makes the waits. Default: expo from 100ms up to 10s.');

const rule = v.strictObject(
  {
    errors: required(errors, 'Which errors this rule is for.'),
    wait: waitOption,
    maxTries: option(count(1, 'number of tries'), 'Attempts that may end in one of these errors.'),
  },
  'must be a map with errors, and wait or max_tries',
);

/** The option `retry`. */
export const retry = v.strictObject(
  {
    maxTries,
    maxTime: option(
      time({ infinite: true }),
      'From the start of the first attempt; no attempt is planned to start later. Default: unlimited.',
    ),
    wait: waitOption,
    jitter: option(jitter, 'Spreads the waits. Default: full.'),
    errors: option(errors, 'Which errors are retried, by name, code or class. Default: any.'),
    rules: option(
      v.pipe(v.array(rule, 'must be a list of rules'), v.minLength(1, 'must be a list of rules')),
      'Several kinds of failure, each with waits and a count of its own. Not beside errors.',
    ),
    nested: option(
      v.picklist(['once', 'again'], 'must be once or again'),
      'Whether an error that an inner retry has given up on is tried again. In a gateway the default is once.',
    ),
    unref: option(
      flag,
      'Whether a wait may be forgotten when the process has nothing else to do. Default: false.',
    ),
    enabled: option(flag, 'false makes exactly one attempt. Default: true.'),
    log: option(off, 'false: no line in the log.'),
  },
  'must be a map of options, or false',
);

/** The option `budget`. */
export const budget = v.strictObject(
  {
    ratio: option(number(), 'Tokens that each success earns. Default: 0.1.'),
    cost: option(
      v.strictObject(
        {
          throttle: option(number(), 'After a status 429 or 503. Default: 0.5.'),
          error: option(number(), 'After an error. Default: 1.'),
          timeout: option(number(), 'After a timeout. Default: 2.'),
          value: option(number(), 'After a value that is not taken. Default: 1.'),
        },
        'must be a map with throttle, error, timeout or value',
      ),
      'Tokens that a retry costs, by the failure it answers.',
    ),
    window: option(time({ least: 1 }), 'It holds what successes earn in this time. Default: 10s.'),
    minimum: option(
      number(),
      'The least it holds, in tokens. Default: what the retries of one call may cost.',
    ),
    maximum: option(number(), 'The most it holds, in tokens. Default: 100.'),
    whenEmpty: option(
      v.union([v.literal('giveup'), time({ least: 1 })], 'must be giveup, or a time with a unit, such as 5s'),
      'What a retry does that cannot be paid for: it ends the call, or waits at least this long. Default: giveup.',
    ),
  },
  'must be a map of options, or false',
);
