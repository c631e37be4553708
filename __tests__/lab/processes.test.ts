/**
 * Processes of the lab: real ones, of the built programs. Run `npm run build` first.
 */
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServiceStart } from '../../src/lab/messages.js';
import type { LabProcess } from '../../src/lab/processes.js';

const file = new URL('../../dist/esm/lab/processes.js', import.meta.url);
const built = (await import(file.href)) as {
  readonly LabProcess: typeof LabProcess;
};
const processes: LabProcess[] = [];

afterEach(async () => {
  await Promise.all(processes.splice(0).map((process) => process.end()));
});

function start(told: object): LabProcess {
  const process = new built.LabProcess('run-service', told, 'popularity');
  processes.push(process);
  return process;
}

const popularity: ServiceStart = { service: 'popularity', protection: 'none', addresses: {} };

describe('a process of the lab', () => {
  it('says where it listens, at a port that was free', async () => {
    const [one, other] = await Promise.all(
      [start(popularity), start(popularity)].map((process) => process.waitFor('listening')),
    );

    expect(one).toEqual({ listening: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/) });
    expect(other).not.toEqual(one);
  });

  it('fails what is waited for when it ends by itself', async () => {
    const process = start(popularity);
    const waited = process.waitFor('pages');

    globalThis.process.kill(process.pid!, 'SIGKILL');

    await expect(waited).rejects.toThrow('The process of popularity ended by itself (SIGKILL).');
  });

  it('fails what it does not say in time', async () => {
    const process = start(popularity);

    await expect(process.waitFor('pages', undefined, 20)).rejects.toThrow(
      'The process of popularity said nothing of "pages" within 20 ms.',
    );
  });

  it('is gone when it has been ended, and can be ended again', async () => {
    const process = start(popularity);
    await process.waitFor('listening');

    await process.end();
    await process.end();

    expect(() => globalThis.process.kill(process.pid!, 0)).toThrow('ESRCH');
  });
});
