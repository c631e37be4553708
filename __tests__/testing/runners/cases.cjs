/**
 * What must hold under every test runner, however it loads the library: cases to be run side by side.
 *
 * `BROKEN=1` breaks one of them, to see that the runner would say so.
 */
const assert = require('node:assert/strict');
const process = require('node:process');
const { setImmediate: turn } = require('node:timers/promises');

const boom = new Error('boom');

exports.casesOf = ({ constant, withRetry, VirtualClock }, { script, withRetries, withoutWaits }) => {
  const failing = () => {
    const down = script(boom);
    return { down, call: withRetry(down, { wait: constant('1h'), maxTries: 20 }) };
  };
  const sideBySide = [1, 2, 3, 20].map((maxTries) => [
    `withRetries({ attempts: ${maxTries} }) beside others`,
    () =>
      withoutWaits(() =>
        withRetries({ attempts: maxTries }, async () => {
          for (let again = 0; again < 3; again++) {
            const { down, call } = failing();
            await turn();
            await assert.rejects(call(), /boom/);
            assert.equal(down.calls.length, process.env.BROKEN === '1' ? 0 : maxTries);
          }
        }),
      ),
  ]);
  return [
    ...sideBySide,
    [
      'withoutWaits makes hours pass at once',
      () =>
        withoutWaits(async () => {
          const { down, call } = failing();
          await assert.rejects(call(), /boom/);
          assert.equal(down.calls.length, 20);
        }),
    ],
    [
      'a scope holds inside of a retry that was woken by a timer',
      async () => {
        const down = script(boom);
        const inner = withRetry(down, { wait: constant(0), maxTries: 20 });
        const outer = withRetry(
          script(boom, () => inner()),
          { wait: constant(5), jitter: null },
        );
        await assert.rejects(withRetries({ attempts: 2 }, outer), /boom/);
        assert.equal(down.calls.length, 2);
      },
    ],
    [
      'a VirtualClock moves',
      async () => {
        const clock = new VirtualClock();
        const ping = withRetry(script(boom, 'pong'), { wait: constant('1h'), jitter: null, clock });
        assert.equal(await clock.run(ping), 'pong');
        assert.equal(clock.now(), 3_600_000);
      },
    ],
  ];
};
