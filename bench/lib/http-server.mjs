/**
 * The server that the HTTP suites call, in a process of its own: `fork('lib/http-server.mjs', ['10'])`.
 *
 * It answers every path with 200 bytes of JSON that name the path. Given a number n it refuses every n-th call once,
 * with 503: by count and not by chance, and never the retry of a call, so that each contender meets the same
 * failures and none is unlucky. Each call has a path of its own, by which its retry is known.
 * It tells the port, then answers each message with what it has seen; and it ends with the process that started it.
 */
import { createServer } from 'node:http';

const ANSWER_BYTES = 200;

const failEvery = Number(process.argv[2] ?? 0);
const refused = new Set();
let calls = 0;
let requests = 0;
let bodyBytes = 0;

const server = createServer((request, response) => {
  requests++;
  request.on('data', (chunk) => (bodyBytes += chunk.length));
  request.on('end', () => {
    const [status, text] = isRefused(request.url) ? [503, '{"error":"busy"}'] : [200, answer(request.url)];
    response
      .writeHead(status, { 'content-type': 'application/json', 'content-length': text.length })
      .end(text);
  });
});

function isRefused(path) {
  if (failEvery === 0 || refused.delete(path) || ++calls % failEvery !== 0) return false;
  refused.add(path);
  return true;
}

function answer(path) {
  const start = `{"path":"${path}","name":"Ada Lovelace","roles":["reader","writer"],"active":true,"score":0.5,"note":"`;
  return `${start.padEnd(ANSWER_BYTES - 2, '.')}"}`;
}

process.on('message', () => process.send({ requests, bodyBytes }));
process.on('disconnect', () => process.exit());
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
