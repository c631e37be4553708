import { describe, expect, it } from '@jest/globals';
import { constant, seeded } from '../../../src/core.js';
import type { HttpGiveUpDetails } from '../../../src/http/judgement/retry-options.js';
import { answer, connectTimeout, run } from './fake-call.js';

const asks = (value: string, status = 503) => answer(status, { 'retry-after': value });

describe('httpWaits', () => {
  it('waits as long as the server asks', async () => {
    expect((await run({}, [asks('2'), 200])).waits).toEqual([2000]);
  });

  it('waits by the backoff where the server asks for less', async () => {
    expect((await run({ backoff: constant('3s') }, [asks('2'), asks('0'), 200])).waits).toEqual([3000, 3000]);
  });

  it('spreads upward what the server asked for, by no more than a tenth or its own wait', async () => {
    const { waits } = await run({ jitter: undefined, random: seeded(7) }, [asks('20'), 200]);

    expect(waits[0]).toBeGreaterThan(20_000);
    expect(waits[0]).toBeLessThanOrEqual(22_000);
  });

  it('gives up now, with the response, where the server asks for more than maxRetryAfter', async () => {
    const told: string[] = [];
    const onGiveup = ({ reason }: HttpGiveUpDetails): unknown => told.push(reason);
    const response = asks('61');
    const away = await run({ onGiveup }, [response, 200]);

    expect(away).toMatchObject({ sent: 1, response: { status: 503, retryAfter: 61_000, isClosed: false } });
    expect(told).toEqual(['waits']);
    expect((await run({ maxRetryAfter: '2m' }, [asks('61'), 200])).waits).toEqual([61_000]);
    expect((await run({ maxRetryAfter: Infinity }, [asks('86400'), 200])).waits).toEqual([86_400_000]);
    expect((await run({ maxRetryAfter: 0 }, [asks('1'), 200])).sent).toBe(1);
  });

  it('gives up now, with the response, where the server asks for more than is left', async () => {
    const told: string[] = [];
    const onGiveup = ({ reason }: HttpGiveUpDetails): unknown => told.push(reason);
    const { sent, response, clock } = await run({ onGiveup }, [asks('10'), 200], { total: 5000 });

    expect([sent, response?.status, clock.now(), told]).toEqual([1, 503, 0, ['maxTime']]);
  });

  it.each(['9'.repeat(400), '99999999999', '4000000000'])('never comes back early for %p', async (value) => {
    expect((await run({ maxRetryAfter: '6h' }, [asks(value), 200])).sent).toBe(1);
  });

  it.each(['abc', '-1', '1.5', '', '1m0s', '2026-13-45'])('waits by the backoff for %p', async (value) => {
    expect((await run({}, [asks(value), 200])).waits).toEqual([100]);
  });

  it('does not ask where it is told not to', async () => {
    const options = { respectRetryAfter: false };

    expect((await run(options, [asks('20'), 200])).waits).toEqual([100]);
    expect((await run(options, [asks('999'), 200])).waits).toEqual([100]);
    expect((await run(options, [asks('1', 413), 200])).sent).toBe(1);
  });

  it('asks a status that is retried only because it is listed, too', async () => {
    const options = { statusForcelist: [404] };

    expect((await run(options, [asks('2', 404), 200])).waits).toEqual([2000]);
    expect((await run(options, [asks('99', 404), 200])).sent).toBe(1);
  });

  it('lets the waits of the whole call grow, whatever fails', async () => {
    const { waits } = await run({}, [connectTimeout(), 503, asks('1'), 200]);

    expect(waits).toEqual([100, 200, 1000]);
  });

  it('goes on with the backoff after a wait of none', async () => {
    expect((await run({}, [421, 503, 503, 200])).waits).toEqual([0, 100, 200]);
  });
});
