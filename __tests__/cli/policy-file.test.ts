/**
 * A policy of a configuration file, as `waits` and `exec` take it.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stampede } from './stampede.js';

const text = `
policies:
  patient:
    retry: { max_tries: 4, wait: { type: fibo, max_value: 13s }, jitter: equal }
    timeout: 300ms
  once: { retry: false }
  mixed:
    retry: { max_tries: unlimited, wait: { type: chain, waits: [{ type: constant, interval: [1s, 2s] }, fibo] } }
gateways:
  payments:
    policy: patient
    deadline: 5s
    retry: { max_tries: 6 }
  plain: {}
`;

let folder: string;
let below: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'stampede-test-'));
  below = path.join(folder, 'a', 'b');
  mkdirSync(below, { recursive: true });
  writeFileSync(path.join(folder, 'stampede.yml'), text);
  writeFileSync(
    path.join(below, 'other.yml'),
    'policies: { quick: { retry: { max_tries: 2, wait: constant } } }',
  );
  writeFileSync(path.join(below, 'off.yml'), `enabled: false\n${text}`);
  writeFileSync(path.join(below, 'wrong.yml'), 'policies: { quick: { retry: { max_tires: 2 } } }');
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('a policy of a file', () => {
  it.each([
    ['--policy patient', 'fibo (maxValue 13s), equal jitter, 4 tries'],
    ['--policy once', 'expo (factor 100ms, maxValue 10s), full jitter, 1 try'],
    ['--policy mixed', 'chain (waits constant (interval 1s, 2s), fibo), full jitter, unlimited tries'],
    ['--policy default', 'expo (factor 100ms, maxValue 10s), full jitter, 10 tries'],
    ['--gateway payments', 'fibo (maxValue 13s), equal jitter, 6 tries, at most 5s'],
    ['--gateway plain', 'expo (factor 100ms, maxValue 10s), full jitter, 3 tries, at most 30s'],
    ['--config other.yml --policy quick', 'constant, full jitter, 2 tries'],
    ['--config off.yml --policy patient', 'fibo (maxValue 13s), equal jitter, 1 try'],
    ['--policy patient --max-tries 7 --jitter none', 'fibo (maxValue 13s), no jitter, 7 tries'],
    ['--policy patient --wait constant --interval 1s', 'constant (interval 1s), equal jitter, 4 tries'],
    ['--gateway payments --max-time 2s', 'fibo (maxValue 13s), equal jitter, 6 tries, at most 2s'],
  ])('%s is found from here upward: %s', async (flags, words) => {
    const { out, err, code } = await stampede(['waits', ...flags.split(' ')], { cwd: below });

    expect(err).toBe('');
    expect(out.split('\n')[0]).toBe(words);
    expect(code).toBe(0);
  });

  it('bounds a try of exec, unless a flag does', async () => {
    const run = ['--policy', 'patient', '--max-tries', '1', '--', 'sh', '-c', 'sleep 0.6; exit 5'];

    const [bounded, freed] = await Promise.all([
      stampede(['exec', ...run], { cwd: below }),
      stampede(['exec', '--timeout', '30s', ...run], { cwd: below }),
    ]);

    expect(bounded.code).toBe(124);
    expect(bounded.err).toBe('stampede: sh took longer than 300ms; no tries are left\n');
    expect(freed.code).toBe(5);
  });

  it('is not needed: a file that nobody asks for is not read', async () => {
    const env = { STAMPEDE_CONFIG: path.join(below, 'wrong.yml') };

    expect(await stampede(['exec', 'true'], { env })).toMatchObject({ code: 0, err: '' });
  });

  it.each([
    ['a policy that is not there', '--policy patiemt', 'did you mean patient?'],
    ['a gateway that is not there', '--gateway payment', 'did you mean payments?'],
    [
      'a file that is not there',
      '--config no.yml --policy a',
      '--config must name a file that is there; got "no.yml".',
    ],
    [
      'a file of which nothing is asked',
      '--config other.yml',
      'neither --policy nor --gateway says what of it',
    ],
    ['a file with a fault', '--config wrong.yml --policy quick', 'did you mean max_tries?'],
    ['a policy and a gateway at once', '--policy patient --gateway plain', 'cannot be used with'],
  ])('is refused: %s', async (_, flags, message) => {
    const { out, err, code } = await stampede(['waits', ...flags.split(' ')], { cwd: below });

    expect(err).toContain('error: ');
    expect(err).toContain(message);
    expect([out, code]).toEqual(['', 2]);
  });
});

describe('STAMPEDE_DISABLED', () => {
  const env = { STAMPEDE_DISABLED: '1' };

  it('keeps exec to one try', async () => {
    const { code, out } = await stampede(['exec', '--', 'sh', '-c', 'echo try; exit 7'], { env });

    expect([code, out]).toEqual([7, 'try\n']);
  });

  it('changes nothing of what waits shows', async () => {
    const [off, on] = await Promise.all([stampede(['waits'], { env }), stampede(['waits'])]);

    expect(off).toEqual(on);
  });
});
