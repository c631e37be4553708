/** Runs `child.mjs` and reads its answer. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
const TIME_LIMIT_MS = 120_000;

/**
 * @param {object} job            What `child.mjs` takes; `{}` asks who takes part.
 * @param {string[]} [nodeFlags]
 * @returns {Promise<object>} Its answer, or `{ fault }` with a sentence.
 */
export function ask(job, nodeFlags = []) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...nodeFlags, CHILD, JSON.stringify(job)], {
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const output = { stdout: '', stderr: '' };
    for (const stream of ['stdout', 'stderr']) {
      child[stream].setEncoding('utf8').on('data', (text) => (output[stream] += text));
    }
    const limit = setTimeout(() => child.kill('SIGKILL'), TIME_LIMIT_MS);

    child.on('error', (error) => resolve({ fault: error.message }));
    child.on('close', (code, signal) => {
      clearTimeout(limit);
      if (signal === 'SIGKILL') return resolve({ fault: `no answer in ${TIME_LIMIT_MS / 1000} s` });
      try {
        resolve(JSON.parse(output.stdout.trimEnd().split('\n').at(-1)));
      } catch {
        resolve({ fault: `ended with code ${code}: ${lastLines(output.stderr)}` });
      }
    });
  });
}

/** A library must not be slowed by a debugger's or a logger's setting of this shell, nor call through its proxy. */
function cleanEnvironment() {
  const disturbing = /^(NODE_OPTIONS|DEBUG|NODE_USE_ENV_PROXY|(HTTP|HTTPS|ALL)_PROXY)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !disturbing.test(name)));
}

function lastLines(text) {
  return text.trim().split('\n').slice(-5).join(' | ');
}
