/**
 * The least code that retries an HTTP request: undici's dispatch, a handler that collects the answer, one timer for
 * each attempt, a loop.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Agent } from 'undici';

const TIME_LIMIT_MS = 30_000;
const TRIES = 4;
const HEADERS = ['content-type', 'application/json'];

/** Collects one answer. */
class Answer {
  constructor(resolve, reject) {
    this.resolve = resolve;
    this.reject = reject;
    this.status = 0;
    this.chunks = [];
    this.controller = undefined;
    this.timer = setTimeout(this.expire, TIME_LIMIT_MS, this);
  }

  onRequestStart(controller) {
    this.controller = controller;
  }

  onResponseStart(_controller, status) {
    this.status = status;
  }

  onResponseData(_controller, chunk) {
    this.chunks.push(chunk);
  }

  onResponseEnd() {
    clearTimeout(this.timer);
    this.resolve(this);
  }

  onResponseError(_controller, error) {
    clearTimeout(this.timer);
    this.reject(error);
  }

  expire(answer) {
    const late = new Error('late');
    answer.reject(late);
    answer.controller?.abort(late);
  }

  json() {
    const bytes = this.chunks.length === 1 ? this.chunks[0] : Buffer.concat(this.chunks);
    return JSON.parse(bytes.toString());
  }
}

async function send(agent, options) {
  for (let tries = 1; ; tries++) {
    const answer = await new Promise((resolve, reject) =>
      agent.dispatch(options, new Answer(resolve, reject)),
    );
    if (answer.status !== 503 || tries === TRIES) return answer.json();
    await sleep(1);
  }
}

const post = (origin) => {
  const agent = new Agent();
  return (path, data) =>
    send(agent, { origin, path, method: 'POST', headers: HEADERS, body: JSON.stringify(data) });
};

export default {
  name: 'floor: dispatch, timer, loop',
  kind: 'floor',
  httpGet(origin) {
    const agent = new Agent();
    return (path) => send(agent, { origin, path, method: 'GET' });
  },
  httpPost: post,
  httpPostRetried: post,
};
