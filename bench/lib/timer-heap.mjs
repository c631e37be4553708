/**
 * All waits in one binary heap, with one `setTimeout` for the earliest.
 *
 * An entry is any object with a `dueAt` (milliseconds of `performance.now()`) and a `wake()`; the heap makes no
 * object of its own. For the floors only: no abort, no `unref`, no waits past 2^31 ms.
 */
const entries = [];
let timer;
let timerAt = Infinity;

export function wakeAfter(ms, entry) {
  entry.dueAt = performance.now() + ms;
  push(entry);
  if (entry.dueAt < timerAt) arm();
}

function arm() {
  clearTimeout(timer);
  timerAt = entries[0].dueAt;
  timer = setTimeout(wakeDue, Math.max(1, timerAt - performance.now()));
}

function wakeDue() {
  timerAt = Infinity;
  const now = performance.now();
  while (entries.length > 0 && entries[0].dueAt <= now) pop().wake();
  if (entries.length > 0) arm();
}

function push(entry) {
  let at = entries.push(entry) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    if (entries[parent].dueAt <= entry.dueAt) break;
    entries[at] = entries[parent];
    at = parent;
  }
  entries[at] = entry;
}

function pop() {
  const first = entries[0];
  const last = entries.pop();
  const size = entries.length;
  if (size === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= size) break;
    if (child + 1 < size && entries[child + 1].dueAt < entries[child].dueAt) child++;
    if (entries[child].dueAt >= last.dueAt) break;
    entries[at] = entries[child];
    at = child;
  }
  entries[at] = last;
  return first;
}
