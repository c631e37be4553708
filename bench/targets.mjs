/**
 * What we hold ourselves to, and why.
 *
 * Each target is the largest value allowed for one number of one contender in one suite; `run.mjs` marks it
 * "ok" or "MISSED". The floors of `contenders/` say what is possible at all, the best peers what is usual.
 */

/** @type {{ suite: string, contender: string, metric: string, atMost: number, why: string }[]} */
export const targets = [
  {
    suite: 'happy',
    contender: 'stampede',
    metric: 'ratio',
    atMost: 1.7,
    why: 'A derived promise is 1.5 by hand; the best peer, without features, is 2.4.',
  },
  {
    suite: 'method',
    contender: 'stampede',
    metric: 'ratio',
    atMost: 2.0,
    why: 'Keeping `this` and the arguments is 1.7 by hand; the best real wrapper among the peers is 5.0.',
  },
  {
    suite: 'together',
    contender: 'stampede',
    metric: 'ratio',
    atMost: 1.8,
    why: '1.5 by hand; the best peer is 2.7.',
  },
  {
    suite: 'sync',
    contender: 'stampede',
    metric: 'addedNs',
    atMost: 5,
    why: 'try and catch cost under 1 ns; no peer waits between the retries of a sync function.',
  },
  {
    suite: 'sync',
    contender: 'stampede, sync + maxTime',
    metric: 'addedNs',
    atMost: 65,
    why: 'A deadline needs one reading of the clock, which is 50 to 80 ns on a virtual machine.',
  },
  {
    suite: 'options',
    contender: 'stampede, every option',
    metric: 'ratio',
    atMost: 1.7,
    why: 'What is needed only after a failure must cost nothing before one.',
  },
  {
    suite: 'options',
    contender: 'stampede, maxTime',
    metric: 'ratio',
    atMost: 2.8,
    why: 'The floor and one reading of the clock.',
  },
  {
    suite: 'options-method',
    contender: 'stampede, every option',
    metric: 'ratio',
    atMost: 2.0,
    why: 'As `method`: options are worked out when the method is wrapped.',
  },
  {
    suite: 'fail3',
    contender: 'stampede',
    metric: 'ratio',
    atMost: 1.3,
    why: 'Rules, history and limits may cost a third of the least that any retry costs.',
  },
  {
    suite: 'fail3-together',
    contender: 'stampede',
    metric: 'ratio',
    atMost: 1.3,
    why: 'As `fail3`.',
  },
  {
    suite: 'heap',
    contender: 'stampede',
    metric: 'bytes',
    atMost: 400,
    why: 'An outage piles up waiting calls. 322 B by hand; peers hold 866 B to 5.7 kB.',
  },
  {
    suite: 'drain',
    contender: 'stampede',
    metric: 'timesFloor',
    atMost: 1.2,
    why: 'One timer for all waits; the best peer is at 1.6.',
  },
  {
    suite: 'endless',
    contender: 'stampede',
    metric: 'bytes',
    atMost: 2,
    why: 'The history is bounded, so an endless call holds nothing per attempt; 2 B is the noise of the measurement.',
  },
  {
    suite: 'import',
    contender: 'stampede',
    metric: 'timesOneFile',
    atMost: 1.5,
    why: 'The core is one file, like theirs.',
  },
  {
    suite: 'bundle',
    contender: 'stampede',
    metric: 'gzipBytes',
    atMost: 3000,
    why: 'cockatiel, with the most features, is 1.9 kB; what we add to it may cost 1.1 kB.',
  },
  { suite: 'bundle', contender: 'stampede', metric: 'brotliBytes', atMost: 2700, why: 'As gzip.' },
  {
    suite: 'bundle',
    contender: 'stampede, whole core',
    metric: 'gzipBytes',
    atMost: 12_000,
    why: 'All that the core exports, for those whose bundler cannot shake trees.',
  },
];
