/**
 * All suites, in the order in which they run: one file each, named as the suite.
 *
 * @typedef {object} Suite
 * @property {string} name       What `--suite` takes.
 * @property {string} title      The heading of its table.
 * @property {string} needs      What a contender must offer to take part: a field of `Contender`.
 * @property {string[]} anchors  Contenders that always take part, whatever `--only` says: the others are
 *                               compared with them.
 * @property {{ full: number, quick: number }} rounds  Processes per contender.
 * @property {Column[]} columns
 * @property {(contender: object, how: { quick: boolean }) => Promise<Record<string, number>>} run
 *   Measures one contender in a process of its own and gives numbers by name.
 * @property {(result: object, round: Map<string, object>) => Record<string, number>} [derive]
 *   More numbers, from the results of all contenders in the same round.
 * @property {boolean} [isolated]   `run` gets only the contender's plain fields; its file is not loaded.
 * @property {string[]} [nodeFlags]
 *
 * @typedef {object} Column
 * @property {string} key       The name of a number.
 * @property {string} label
 * @property {number} digits    After the point.
 * @property {boolean} [main]   The table is sorted by it.
 */
/** The order in which they run. To add a suite, add its file and its name. */
const ORDER = [
  'happy',
  'method',
  'together',
  'sync',
  'options',
  'options-method',
  'observed',
  'fail3',
  'fail3-together',
  'breaker',
  'breaker-open',
  'breaker-failing',
  'timeout',
  'stack',
  'ambient',
  'heap',
  'drain',
  'endless',
  'import',
  'bundle',
  'http-get',
  'http-get-together',
  'http-get-fail',
  'http-get-fail-together',
  'http-post',
  'http-post-together',
  'http-post-fail',
  'http-post-fail-together',
];

/** @type {Suite[]} */
export const suites = await Promise.all(ORDER.map(async (name) => (await import(`./${name}.mjs`)).default));
