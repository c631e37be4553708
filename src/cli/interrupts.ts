/**
 * The signals by which others ask us to end.
 */
import { constants } from 'node:os';

/** Those that would end this process, were nobody listening, and leave its child behind. */
const ENDING = (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const).filter(
  (name) => name in constants.signals,
);

/**
 * Listens to the signals that ask us to end.
 *
 * @param first  Told of the first of them.
 * @param again  Told of each that follows: whoever asks twice does not want to wait.
 * @returns ends the listening.
 */
export function onInterrupt(first: (signal: NodeJS.Signals) => void, again: () => void): () => void {
  let heard = false;
  const listen = (signal: NodeJS.Signals): void => {
    if (heard) again();
    else first(signal);
    heard = true;
  };
  for (const signal of ENDING) process.on(signal, listen);
  return () => {
    for (const signal of ENDING) process.off(signal, listen);
  };
}
