/**
 * How a process of the lab lives: it hears its parent, and leaves when its parent does.
 */
import type { Request } from './messages.js';

/** What the parent has said to start with. */
export function toldAtStart(): unknown {
  return JSON.parse(process.argv[2] ?? '{}');
}

/** Says something to the parent. Nobody is there to hear it when the parent has gone. */
export function say(message: object): void {
  if (process.connected) process.send?.(message);
}

/** Hears what the parent asks, until it goes. */
export function hear(answer: (request: Request) => void): void {
  // Ctrl-C reaches us too, and is not for us: our parent ends us.
  for (const signal of ['SIGINT', 'SIGHUP'] as const) process.on(signal, () => undefined);
  process.on('disconnect', () => process.exit());
  process.on('message', (request: Request) => {
    answer(request);
  });
  if (!process.connected) process.exit(); // our parent has left already
}
