/**
 * A page in a real Chromium: what is built, in the hands of a browser.
 *
 * Where none is on the PATH, the tests of a browser are skipped, and their titles say why.
 */
import { accessSync, constants, readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { type Handler, type TestServer, httpServer } from '../http/support/servers.js';

const root = path.resolve(import.meta.dirname, '../..');
const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser of this machine; `undefined` when it has none. */
const executable = (process.env['PATH'] ?? '')
  .split(path.delimiter)
  .flatMap((folder) => names.map((name) => path.join(folder, name)))
  .find(isExecutable);

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** A test that needs a browser. */
export function itInChromium(title: string, test: () => Promise<void>): void {
  if (executable === undefined) it.skip(`${title} (skipped: no chromium is on the PATH)`, test);
  else it(title, test);
}

/** What a page is served with, beside itself and `dist/`. */
export interface Site {
  /** Answers whatever else is asked for. `n` counts these requests from 1. */
  readonly api?: Handler;
  /** Whether the page and its workers are isolated from other origins, so that they may share memory. */
  readonly isolated?: boolean;
  /** Scripts, by their paths. */
  readonly scripts?: Readonly<Record<string, string>>;
}

/** A page that is open. */
export interface OpenPage {
  /** Of its own server, whose requests are all that came, for `dist/` too. */
  readonly server: TestServer;
  /** What `api` was asked for. */
  readonly asked: readonly { readonly method: string; readonly url: string; readonly body: string }[];
  /** What the page printed as a warning. */
  readonly warnings: readonly string[];
  /** The scripts it has loaded, below `dist/`. */
  readonly loaded: readonly string[];
  /**
   * Runs the body of an async function in the page, and gives what it returns. In it `stampede` is the core, and
   * `retryFetch` that of `stampede-js/http/fetch`.
   */
  run(body: string): Promise<any>;
}

/**
 * One browser for the tests of a file, and a fresh page in it for each `open`. After each test its pages are closed, and
 * it fails if one of them has printed an error, let one escape, or left a rejection to nobody.
 */
export function chromium(): { open(site?: Site): Promise<OpenPage> } {
  let browser: Browser | undefined;
  let troubles: string[] = [];
  const ends: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    if (executable === undefined) return;
    const { chromium: launcher } = await import('playwright-core');
    browser = await launcher.launch({ executablePath: executable, timeout: 25_000 });
  });

  afterEach(async () => {
    const found = troubles;
    troubles = [];
    for (const end of ends.splice(0)) await end();
    expect(found).toEqual([]);
  });

  afterAll(async () => {
    await browser?.close(); // with its profile, which is a temporary one
  });

  return {
    async open(site = {}) {
      const asked: OpenPage['asked'][number][] = [];
      const loaded: string[] = [];
      const warnings: string[] = [];
      const server = await httpServer(handlerOf(site, asked, loaded));
      ends.push(() => server.close());
      const context = await browser!.newContext();
      ends.unshift(() => context.close()); // before its server is
      const page = await context.newPage();
      listen(page, troubles, warnings);
      await page.goto(`${server.url}/`);
      return { server, asked, loaded, warnings, run: (body) => page.evaluate(program(body)) };
    },
  };
}

function program(body: string): string {
  return `(async () => {
    const stampede = await import('/dist/esm/index.js');
    const { retryFetch } = await import('/dist/esm/http/fetch/index.js');
    ${body}
  })()`;
}

// That a request has failed the browser prints by itself, whoever takes care of it.
const ofTheBrowser = /^Failed to load resource/;

function listen(page: Page, troubles: string[], warnings: string[]): void {
  page.on('pageerror', (error) => troubles.push(`uncaught: ${String(error)}`));
  page.on('console', (message) => {
    const text = message.text();
    if (message.type() === 'warning') warnings.push(text);
    else if (message.type() === 'error' && !ofTheBrowser.test(text)) troubles.push(text);
  });
}

const html = '<!doctype html><title>stampede</title><link rel="icon" href="data:,">';
const isolation = {
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
};

function handlerOf(
  { api, isolated, scripts = {} }: Site,
  asked: { method: string; url: string; body: string }[],
  loaded: string[],
): Handler {
  return (request, response) => {
    const { method, url } = request;
    response.setHeader('connection', 'close'); // what fails on a used connection Chromium itself sends again, a POST too
    const send = (type: string, content: string | Buffer): void => {
      response.writeHead(200, { 'content-type': type, ...(isolated === true ? isolation : {}) }).end(content);
    };
    const script = scripts[url];
    if (url === '/') {
      send('text/html', html);
    } else if (script !== undefined) {
      send('text/javascript', script);
    } else if (url.startsWith('/dist/')) {
      loaded.push(url.slice('/dist/'.length));
      send('text/javascript', readFileSync(path.join(root, new URL(url, 'http://page').pathname)));
    } else {
      const body = request.body.toString();
      asked.push({ method, url, body });
      void api?.(request, response, asked.length);
    }
  };
}
