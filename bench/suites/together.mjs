/** A thousand calls at once: what each keeps while it runs meets the garbage collector here. */
import { check } from '../lib/check.mjs';
import { compare, pace } from '../lib/compare.mjs';
import { bare, happyPath, wrapped } from '../lib/happy-path.mjs';

export default {
  ...happyPath,
  name: 'together',
  title: 'Happy path: a thousand calls at once',
  needs: 'plain',
  async run(contender, { quick }) {
    const call = contender.plain(wrapped.answer);
    check(await call(), 42, 'the answer');

    const drivers = {
      reference: (n) => bare.thousandAtOnce(bare.answer, n),
      candidate: (n) => wrapped.thousandAtOnce(call, n),
    };
    return compare(drivers, pace(quick), 1000);
  },
};
