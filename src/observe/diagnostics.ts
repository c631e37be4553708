/**
 * Every event of Stampede on a channel of `node:diagnostics_channel`, where monitoring agents listen.
 */
import { type Channel, channel } from 'node:diagnostics_channel';
import { type EventType, eventTypes, subscribe } from '../core.js';

let users = 0;
let stop = (): void => undefined;

/**
 * Publishes what happens in this process on channels of `node:diagnostics_channel`, one for each type of event:
 * `stampede:retry:backoff`, `stampede:circuit:open` ... Messages are the events of `subscribe`: `{ type, name, details }`.
 *
 *     observeWithDiagnostics();
 *     diagnosticsChannel.subscribe('stampede:circuit:open', ({ name }) => console.log(name, 'is gone'));
 *
 * An event is made only while its channel has a subscriber; until then the channels are asked, which takes a call some
 * tens of nanoseconds. To call it twice does not publish twice.
 *
 * @returns A function that ends it, once all who have called have ended it.
 * @see https://nodejs.org/api/diagnostics_channel.html
 */
export function observeWithDiagnostics(): () => void {
  if (users === 0) stop = publishOnChannels();
  users += 1;
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    users -= 1;
    if (users === 0) stop();
  };
}

function publishOnChannels(): () => void {
  // Kept while it lasts: Node lets go of a channel that nobody holds, and a new one of the same name is another.
  const channels = new Map<EventType, Channel>(eventTypes.map((type) => [type, channel(`stampede:${type}`)]));
  return subscribe((event) => channels.get(event.type)?.publish(event), {
    types: (type) => channels.get(type)?.hasSubscribers === true,
  });
}
