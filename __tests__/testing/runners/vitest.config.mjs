/** One file, this folder, nothing kept: not the tests of the whole repository. */
export default {
  root: import.meta.dirname,
  cacheDir: '../../../tmp/vitest',
  test: { include: ['vitest.mjs'], watch: false, testTimeout: 20_000 },
};
