import { PassThrough, Readable, pipeline } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ChosenLate } from '../../../src/http/wire/chosen-late.js';
import { errorOf } from './exchanges.js';

const ignore = (): void => {};

describe('a stream that is chosen late', () => {
  it('is chosen by the first bytes, and gives what it makes of all', async () => {
    const seen: string[] = [];
    const late = new ChosenLate((first) => {
      seen.push(first.toString());
      return new PassThrough();
    });
    pipeline([Readable.from([Buffer.from('a'), Buffer.from('bc')]), late], ignore);

    expect(Buffer.concat((await late.toArray()) as Buffer[]).toString()).toBe('abc');
    expect(seen).toEqual(['a']);
  });

  it('is empty when nothing comes', async () => {
    const late = new ChosenLate(() => new PassThrough());

    pipeline([Readable.from([]), late], ignore);

    expect(await late.toArray()).toEqual([]);
  });

  it('does not run ahead of its reader', async () => {
    let pushed = 0;
    const endless = new Readable({
      read() {
        pushed += 65_536;
        setImmediate(() => {
          this.push(Buffer.alloc(65_536));
        });
      },
    });
    const late = new ChosenLate(() => new PassThrough());
    pipeline([endless, late], ignore);

    await sleep(100);

    expect(late.readableLength).toBeGreaterThan(0);
    expect(pushed).toBeLessThan(1_000_000);
    late.destroy();
    await sleep(10);
    expect(endless.destroyed).toBe(true);
  });

  it('fails with what was chosen', async () => {
    const failing = new PassThrough();
    const late = new ChosenLate(() => failing);
    const end = errorOf(late.toArray());
    late.write('a');

    failing.destroy(new Error('broken'));

    expect((await end).message).toBe('broken');
  });
});
