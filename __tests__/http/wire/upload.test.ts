/**
 * Where the source of a body runs: undici reads it when a connection is free, which another call may have brought about.
 */
import { Readable } from 'node:stream';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Agent } from 'undici';
import { RetrySession } from '../../../src/http/index.js';
import type { BodyFactory } from '../../../src/http/request/body.js';
import { Notes, ids, inEach } from '../../support/contexts.js';
import { closing, jsonServer, silent, until } from '../support/servers.js';

const { open } = closing();

const piece = 'x'.repeat(100_000);
const count = 4;

/** Bodies of a few pieces, which note where they are asked for each. */
const sources: Readonly<Record<string, (note: () => void) => ReturnType<BodyFactory>>> = {
  'an async generator': async function* (note) {
    for (let n = 0; n < count; n++) {
      note();
      yield piece;
      await null;
      note();
    }
  },
  'a generator': function* (note) {
    for (let n = 0; n < count; n++) {
      note();
      yield piece;
    }
  },
  'a stream of Node': (note) => {
    let n = 0;
    return new Readable({
      read() {
        note();
        this.push(n++ < count ? piece : null);
      },
    });
  },
  'a web stream': (note) => {
    let n = 0;
    return new ReadableStream(
      {
        pull(controller) {
          note();
          if (n++ < count) controller.enqueue(new TextEncoder().encode(piece));
          else controller.close();
        },
      },
      { highWaterMark: 0 },
    );
  },
};

describe('a body that is a stream', () => {
  const agents: Agent[] = [];
  const oneConnection = (): Agent => {
    const agent = new Agent({ connections: 1 });
    agents.push(agent);
    return agent;
  };
  afterEach(async () => {
    await Promise.all(agents.splice(0).map((agent) => agent.destroy()));
  });

  describe.each(Object.entries(sources))('%s', (_, source) => {
    it.each([
      ['as it is', (note: () => void) => source(note)],
      ['from a function', (note: () => void) => () => source(note)],
    ])('is read in the asynchronous context of its call: %s', async (_way, bodyOf) => {
      const server = await open(jsonServer());
      const notes = new Notes();
      const session = new RetrySession({ dispatcher: oneConnection(), retries: false });

      const ends = await inEach(async (id) => {
        const body = bodyOf(() => {
          notes.note('piece', id);
        });
        return (await session.post(server.url, { body })).status;
      });
      await session.close();

      expect(ends).toEqual(ids.map(() => ({ status: 'fulfilled', value: 200 })));
      expect(notes.heard).toEqual(['piece']);
      expect(notes.wrong).toEqual([]);
    });
  });

  it('is left in the asynchronous context of its call', async () => {
    const server = await open(silent());
    const notes = new Notes();
    const session = new RetrySession({ retries: false });
    const controller = new AbortController();

    const ends = inEach((id) => {
      const source = async function* (): AsyncGenerator<string> {
        try {
          for (;;) yield piece;
        } finally {
          notes.note('end', id);
        }
      };
      return session.post(server.url, { body: source(), signal: controller.signal });
    });
    await until(() => server.requests.length === ids.length);
    controller.abort();
    await ends;
    await session.close();

    expect(notes.heard).toEqual(['end']);
    expect(notes.wrong).toEqual([]);
  });
});
