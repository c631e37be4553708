/** What a sync function pays for being retried, while nothing fails. Told in nanoseconds: bare is nearly nothing. */
import { check } from '../lib/check.mjs';
import { compare, pace } from '../lib/compare.mjs';
import { bare, happyPath, wrapped } from '../lib/happy-path.mjs';

export default {
  ...happyPath,
  name: 'sync',
  title: 'Happy path: a sync method',
  needs: 'sync',
  columns: [
    { key: 'ns', label: 'CPU ns per call', digits: 2 },
    { key: 'addedNs', label: 'over bare', digits: 2, main: true },
  ],
  async run(contender, { quick }) {
    const Decorated = wrapped.decorated(wrapped.Mixer, 'mix', contender.sync);
    const mixer = new Decorated(7);
    const plainMixer = new bare.Mixer(7);
    check(wrapped.mixOneByOne(mixer, 99), bare.mixOneByOne(plainMixer, 99), 'the sum');

    const drivers = {
      reference: (n) => bare.mixOneByOne(plainMixer, n),
      candidate: (n) => wrapped.mixOneByOne(mixer, n),
    };
    return compare(drivers, pace(quick));
  },
};
