/**
 * What loading a configuration installs, and what it gives.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import { ConfigError, loadStampede, unloadStampede } from '../../src/config/index.js';
import { OptionError, VirtualClock, gateway, retry, seeded } from '../../src/core.js';
import { folders } from './support/files.js';

const { make } = folders();

afterEach(() => {
  unloadStampede();
});

function load(text: string): ReturnType<typeof loadStampede> {
  return loadStampede({ cwd: make({ 'stampede.yml': text }) });
}

/** How often a gateway of this name tries a call that always fails, and how long that takes. */
async function triesOf(make: (clock: VirtualClock) => ReturnType<typeof gateway>): Promise<[number, number]> {
  const clock = new VirtualClock();
  const door = make(clock);
  let tries = 0;
  const call = door.run(() => {
    tries += 1;
    return Promise.reject(Object.assign(new Error('no'), { code: 'ECONNRESET' }));
  });
  await clock.run(
    call.then(
      () => undefined,
      () => undefined,
    ),
  );
  return [tries, clock.now()];
}

const byName = (name: string) => (clock: VirtualClock) => gateway(name, { clock, random: seeded(1) });
const fixed = 'wait: { type: constant, interval: 1s }, jitter: none';

describe('loadStampede', () => {
  it('installs what gateways of its names start from', async () => {
    load(`gateways: { payments: { retry: { max_tries: 4, ${fixed} } } }`);

    expect(await triesOf(byName('payments'))).toEqual([4, 3000]);
    expect((await triesOf(byName('others')))[0]).toBe(3);
  });

  it('lets the code say otherwise', async () => {
    const stampede = load(`gateways: { payments: { retry: { max_tries: 4, ${fixed} } } }`);

    const [tries] = await triesOf((clock) => stampede.gateway('payments', { clock, retry: { maxTries: 2 } }));

    expect(tries).toBe(2);
  });

  it('takes away what the load before it has installed', async () => {
    load(`gateways: { payments: { retry: { max_tries: 4 } } }`);
    load(`gateways: { ledger: {} }`);

    expect((await triesOf(byName('payments')))[0]).toBe(3);
  });

  it('changes nothing when the file has a fault', async () => {
    load(`gateways: { payments: { retry: { max_tries: 4 } } }`);

    expect(() => load('gateways: { payments: { retry: { max_tries: 9 } }, ledger: { timeout: 3 } }')).toThrow(
      ConfigError,
    );
    expect((await triesOf(byName('payments')))[0]).toBe(4);
  });

  it('keeps what its own gateways start from when another file is loaded', async () => {
    const first = load(`gateways: { payments: { retry: { max_tries: 4 } } }`);
    load(`gateways: { payments: { retry: { max_tries: 2 } } }`);

    const [tries] = await triesOf((clock) => first.gateway('payments', { clock }));

    expect(tries).toBe(4);
  });

  it('switches all retries off where the file says so, until another is loaded', async () => {
    load('enabled: false');
    expect((await triesOf(byName('any')))[0]).toBe(1);

    load('enabled: true');
    expect((await triesOf(byName('any')))[0]).toBe(3);
  });

  it('gives two gateways of one policy the same rules, and each a state of its own', async () => {
    const stampede = load(`
policies: { patient: { retry: { max_tries: 5, ${fixed} }, circuit_breaker: { consecutive: 2, failure_rate: false } } }
gateways: { a: { policy: patient }, b: { policy: patient } }`);
    const clock = new VirtualClock();
    const [a, b] = [stampede.gateway('a', { clock }), stampede.gateway('b', { clock })];

    await clock.run(a.run(() => Promise.reject(new Error('no'))).then(null, () => undefined));

    expect([a.state.circuit, b.state.circuit]).toEqual(['open', 'closed']);
  });

  it('takes a policy over option by option', () => {
    const { settings, policy } = load(`
policies:
  base: { timeout: 2s, retry: { max_tries: 5, wait: fibo, errors: [A] }, hedge: { after: p95, idempotent: true } }
  own: { extends: base, hedge: false, retry: { max_tries: 2, rules: [{ errors: B }] } }`);

    const own = policy('own');

    expect(settings.policies?.['own']?.extends).toBe('base');
    expect(own.timeout).toBe(2000);
    expect(own.hedge).toBe(false);
    expect(own.retry.maxTries).toBe(2);
    expect(own.retry.wait).toBeDefined();
    expect(own.retry.errors).toBeUndefined();
    expect(own.retry.rules).toHaveLength(1);
  });

  it('lets every gateway without a policy start from the policy default', async () => {
    load(
      `policies: { default: { extends: default, retry: { max_tries: 6, ${fixed} } } }\ngateways: { a: {} }`,
    );

    expect((await triesOf(byName('a')))[0]).toBe(6);
  });

  it('has the policies default, relaxed and aggressive without a file', () => {
    const stampede = loadStampede({ cwd: make({ 'stampede.yml': '' }) });

    expect(stampede.policy('default').retry).toEqual({});
    expect(stampede.policy('relaxed').retry).toEqual({});
    expect(stampede.policy('aggressive').retry.maxTries).toBe(Infinity);
  });

  it('tries for ever under the policy aggressive, ever more slowly', async () => {
    const stampede = load('gateways: { a: { policy: aggressive } }');
    const clock = new VirtualClock();
    const door = stampede.gateway('a', { clock });
    let tries = 0;

    const answer = await clock.run(
      door.run(() => {
        tries += 1;
        return tries < 500 ? Promise.reject(new Error('no')) : Promise.resolve('yes');
      }),
    );

    expect([answer, tries]).toEqual(['yes', 500]);
    // A hundred tokens pay for waits of 2.5 s in the mean; what follows waits at least 5 s.
    expect(clock.now()).toBeGreaterThan(400 * 5000);
  });

  it('gives a policy whose retry is off as one that does not try again', async () => {
    const { retry: options } = load('policies: { once: { retry: false } }').policy('once');
    let tries = 0;
    const call = retry(options)(() => {
      tries += 1;
      return Promise.reject(new Error('no'));
    });

    await expect(call()).rejects.toThrow('no');
    expect(tries).toBe(1);
  });

  it('retries only the errors that the file names, by code, name or class', async () => {
    class HttpError extends Error {}
    class NotFound extends HttpError {}
    const options = load(
      'policies: { p: { retry: { errors: [ECONNRESET, AbortError, HttpError], max_tries: 2 } } }',
    ).policy('p').retry;
    const tries = async (error: unknown): Promise<number> => {
      const clock = new VirtualClock();
      let count = 0;
      const call = retry({ ...options, clock })(async () => {
        count += 1;
        await Promise.resolve();
        throw error;
      });
      await clock.run(call().then(null, () => undefined));
      return count;
    };

    const counts = await Promise.all([
      tries(Object.assign(new Error('x'), { code: 'ECONNRESET' })),
      tries(Object.assign(new Error('x'), { name: 'AbortError' })),
      tries(new NotFound('x')),
      tries(new TypeError('x')),
      tries('a text'),
      tries(null),
    ]);

    expect(counts).toEqual([2, 2, 2, 1, 1, 1]);
  });

  it.each([
    ['gateway', () => load('gateways: { payments: {} }').gateway('paymets'), 'did you mean payments?'],
    ['gateway', () => loadStampede({ cwd: make({ 'stampede.yml': '' }) }).gateway('a'), 'there is none'],
    ['gateway', () => load('gateways: { payments: {} }').http('paymets'), 'is not in /.*stampede'],
    ['gateway', () => loadStampede({ cwd: '/' }).gateway('a'), 'no configuration file was found'],
    ['gateway', () => load('gateways: { payments: {} }').http('paymets'), 'did you mean payments?'],
    ['policy', () => load('policies: { patient: {} }').policy('patiennt'), 'did you mean patient?'],
    ['file', () => loadStampede({ file: '' }), 'must be a path'],
    ['fil', () => loadStampede({ fil: 'x' } as never), 'did you mean file?'],
  ])('refuses a %s that it does not know', (option, act, said) => {
    expect(act).toThrow(OptionError);
    expect(act).toThrow(new RegExp(`^${option} .*${said.replace('?', '\\?')}`));
  });

  it('has no prototype among its gateways and policies', () => {
    const stampede = load('gateways: { a: {} }');

    for (const name of ['constructor', '__proto__', 'toString']) {
      expect(() => stampede.gateway(name)).toThrow(OptionError);
      expect(() => stampede.policy(name)).toThrow(OptionError);
    }
  });

  it('joins the requests of a gateway to those of the file, header by header', () => {
    const stampede = load(`
http: { retries: 5, headers: { a: '1', b: '1' }, backoff_factor: 100ms, timeout: false }
gateways: { p: { http: { headers: { b: '2' }, backoff: fibo, timeout: 1s } }, q: {} }`);

    expect(stampede.http()).toEqual({
      retries: 5,
      headers: { a: '1', b: '1' },
      backoffFactor: 100,
      timeout: null,
    });
    expect(stampede.http('q')).toEqual(stampede.http());
    expect(stampede.http('p')).toEqual({
      retries: 5,
      headers: { a: '1', b: '2' },
      backoff: expect.any(Function),
      timeout: 1000,
    });
  });
});
