import { describe, expect, it } from '@jest/globals';
import { OptionError, VirtualClock, constant, retry, subscribe, withRetry } from '../../src/core.js';
import { type RateLimitDetails, RateLimitError, rateLimit } from '../../src/policies/rate-limit.js';
import { bothDrivers } from '../support/both-drivers.js';
import { countedSignal } from '../support/signals.js';
import { catchWarnings } from '../support/warnings.js';

describe('rateLimit', () => {
  const warnings = catchWarnings();

  bothDrivers((kind, play, finish) => {
    it(`${kind}: refuses a call that comes too soon, and says when to come back`, async () => {
      const clock = new VirtualClock();
      const script = play('pong');
      const policy = rateLimit({ limit: 10, name: 'mail', clock });
      const call = policy(script);

      expect(await finish(clock, call)).toBe('pong');
      const refusal = await finish(clock, call).catch((error: unknown) => error);
      expect(policy.state).toEqual({ wait: 100 });
      await clock.advance(100);
      expect(await finish(clock, call)).toBe('pong');

      expect(refusal).toBeInstanceOf(RateLimitError);
      expect(refusal).toMatchObject({ code: 'ERR_RATE_LIMIT', retryAfter: 100 });
      expect(refusal.message).toBe('"mail" lets the next call through in 100ms; nothing was sent.');
      expect(script.calls).toBe(2);
    });

    it(`${kind}: is waited for by a retry that lists it`, async () => {
      const clock = new VirtualClock();
      const options = { errors: RateLimitError, wait: constant(1), jitter: null, clock };
      const call = retry(options)(rateLimit({ limit: 10, clock })(play('pong')));
      await finish(clock, call);

      expect(await finish(clock, call)).toBe('pong');
      expect(clock.now()).toBe(100);
    });

    it(`${kind}: T37: sends no more than limit in any period, unless a burst is asked for`, async () => {
      const most = async (burst: number | undefined): Promise<number> => {
        const clock = new VirtualClock();
        const made: number[] = [];
        const call = rateLimit({ limit: 10, burst, clock })(play('pong'));
        for (let now = 0; now < 3000; now += 10) {
          await finish(clock, call).then(
            () => made.push(now),
            () => {},
          );
          clock.block(10);
        }
        return Math.max(...made.map((from) => made.filter((to) => to >= from && to < from + 1000).length));
      };

      expect(await most(undefined)).toBe(10);
      expect(await most(10)).toBe(19); // said in the docs of `burst`
    });
  });

  it('lets async calls wait for their moments, first come, first served', async () => {
    const clock = new VirtualClock();
    const made: [string, number][] = [];
    const call = rateLimit({ limit: 10, maxWait: '350ms', clock })(async (name: string) => {
      made.push([name, clock.now()]);
    });

    const ends = await clock.run(() =>
      Promise.allSettled(['a', 'b', 'c', 'd', 'e'].map((name) => call(name))),
    );

    expect(made).toEqual([['a', 0], ['b', 100], ['c', 200], ['d', 300]]); // prettier-ignore
    expect(ends[4]).toMatchObject({ reason: { code: 'ERR_RATE_LIMIT', retryAfter: 400 } });
  });

  it('lets go of a call that is aborted in its wait, and of its moment', async () => {
    const clock = new VirtualClock();
    const counted = countedSignal();
    const policy = rateLimit({ limit: 1, maxWait: '5s', clock });
    let calls = 0;
    const ping = policy(async () => (calls += 1));
    const patient = withRetry(ping, { signal: counted.signal, clock });

    await ping();
    const end = patient();
    await clock.advance(10);
    counted.abort('enough');

    await expect(end).rejects.toBe('enough');
    expect(calls).toBe(1);
    expect(policy.state.wait).toBe(990);
    expect(clock.pending).toBe(0);
    expect(counted.listeners).toBe(0);
  });

  it('does not wait past the deadline of the call around it', async () => {
    const clock = new VirtualClock();
    const ping = rateLimit({ limit: 1, maxWait: '5s', clock })(async () => 'pong');
    await ping();

    const end = withRetry(ping, { maxTime: 500, clock })();

    await expect(end).rejects.toBeInstanceOf(RateLimitError);
    expect(clock.now()).toBe(0);
  });

  it('never lets a sync function wait, and warns once', () => {
    const clock = new VirtualClock();
    const ping = rateLimit({ limit: 1, burst: 2, maxWait: '5s', clock })(() => 'pong');

    expect(ping()).toBe('pong');
    expect(ping()).toBe('pong');
    expect(ping).toThrow(RateLimitError);
    expect(warnings.codes).toEqual(['STAMPEDE_SYNC']);
  });

  it('keeps keys apart', () => {
    const clock = new VirtualClock();
    const policy = rateLimit({ limit: 1, clock, key: ({ args }) => String(args[0]) });
    const ping = policy((host: string) => host);

    expect(ping('a')).toBe('a');
    expect(ping('b')).toBe('b');
    expect(() => ping('a')).toThrow(RateLimitError);
    expect(policy.stateOf('a')).toEqual({ wait: 1000 });
    expect(policy.stateOf('c')).toBeUndefined();
  });

  it('forgets the keys that were not used for longest, those that have to wait last', () => {
    const clock = new VirtualClock();
    const policy = rateLimit({ limit: 1, clock, maxKeys: 2, key: ({ args }) => String(args[0]) });
    const ping = policy((host: string) => host);

    ping('old');
    clock.block(2000);
    ping('busy');
    ping('a');

    expect(policy.stateOf('old')).toBeUndefined();
    expect(policy.stateOf('busy')).toEqual({ wait: 1000 });
  });

  it('refuses for no longer because its clock was set back', () => {
    let setBack = 0;
    const clock = new (class extends VirtualClock {
      override now(): number {
        return super.now() + 10_000_000 - setBack;
      }
    })();
    const ping = rateLimit({ limit: 10, clock })(() => 'pong');

    ping();
    setBack = 3_600_000;

    expect(ping).toThrow(expect.objectContaining({ code: 'ERR_RATE_LIMIT', retryAfter: 100 }));
    clock.block(100);
    expect(ping()).toBe('pong');
  });

  it('tells handlers and the hub of each refusal', () => {
    const told: RateLimitDetails[] = [];
    const heard: string[] = [];
    const ping = rateLimit({
      limit: 1,
      name: 'mail',
      clock: new VirtualClock(),
      onRefuse: (details) => told.push(details),
    })(() => 1);
    const stop = subscribe(({ type, name }) => heard.push(`${type} ${name}`));

    ping();
    expect(ping).toThrow(RateLimitError);
    stop();

    expect(told).toEqual([{ event: 'refuse', name: 'mail', error: expect.any(RateLimitError) }]);
    expect(heard).toEqual(['rate-limit:refuse mail']);
  });

  it.each([
    [{ limits: 1 }, 'limits is not an option of rateLimit (did you mean limit?)'],
    [{}, 'limit must be a finite number above 0; got undefined.'],
    [{ limit: 0 }, 'limit must be a finite number above 0; got 0.'],
    [{ limit: 1, per: 0 }, 'per must be'],
    [{ limit: 1, burst: 0.5 }, 'burst must be a number of 1 or more; got 0.5.'],
    [{ limit: 1, maxWait: 'soon' }, 'maxWait must be'],
  ])('refuses %j', (options, message) => {
    const make = (): unknown => rateLimit(options as never);

    expect(make).toThrow(OptionError);
    expect(make).toThrow(message);
  });
});
