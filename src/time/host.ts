/**
 * What the host can do: warn, give way to other work, stop the thread.
 *
 * The one file below the waist that looks at the host; everything else runs in any JavaScript engine.
 */

interface HostProcess {
  emitWarning?(warning: string, options: { type: string; code: string }): void;
}

interface HostGlobals {
  process?: HostProcess;
  setImmediate?: (callback: () => void) => unknown;
  MessageChannel?: new () => {
    port1: { onmessage: unknown; close(): void };
    port2: { postMessage(x: unknown): void };
  };
}

const host = globalThis as unknown as HostGlobals & typeof globalThis;

// Kept from the start, so that a test's fake timers cannot stop the virtual clock from letting promises settle. Where
// they were there first, a channel does: nobody fakes those.
const immediate = isFake(host.setImmediate) ? undefined : host.setImmediate;
const plainTimeout = host.setTimeout;

/** Whether it is of fake timers: those of sinon, jest and vitest have a `clock`, those of `node:test` are bound. */
function isFake(timer: { readonly name: string } | undefined): boolean {
  return timer !== undefined && ('clock' in timer || timer.name.startsWith('bound '));
}

/** Tells the operator something once: a process warning in Node, Bun and Deno, the console elsewhere. */
export function warn(text: string, code: string): void {
  if (host.process?.emitWarning) host.process.emitWarning(text, { type: 'StampedeWarning', code });
  else console.warn(`${code}: ${text}`);
}

/** A variable of the process's environment; `undefined` where there is none, or where it may not be read. */
export function environment(name: string): string | undefined {
  try {
    return (host as EnvironmentHost).process?.env?.[name];
  } catch {
    return undefined; // Deno without --allow-env
  }
}

interface EnvironmentHost {
  process?: { env?: Readonly<Record<string, string | undefined>> };
}

/** Runs `callback` after everything that is already waiting for its turn, timers and I/O included. */
export function afterOtherWork(callback: () => void): void {
  if (immediate) immediate(callback);
  else if (host.MessageChannel) {
    const channel = new host.MessageChannel();
    channel.port1.onmessage = () => {
      channel.port1.close();
      callback();
    };
    channel.port2.postMessage(undefined);
  } else plainTimeout(callback, 0);
}

/**
 * Stops this thread for `ms` milliseconds.
 *
 * @throws {TypeError} where blocking is not allowed, as on a browser's main thread.
 */
export function blockThread(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Carries a value across every `await`, to whatever is called from there. */
export interface AsyncContext<T> {
  run<R>(value: T, callback: () => R): R;
  getStore(): T | undefined;
  /** Lets go of it all, until it is run again. */
  disable?(): void;
}

interface ContextHost {
  process?: {
    getBuiltinModule?(name: string): { AsyncLocalStorage?: new () => AsyncContext<never> } | undefined;
  };
}

/**
 * Makes an asynchronous context; `undefined` where the host has none. From its first `run` on it slows every promise of
 * the process, on many hosts.
 */
export function asyncContext<T>(): AsyncContext<T> | undefined {
  const { process } = host as ContextHost;
  const Storage = process?.getBuiltinModule?.('node:async_hooks')?.AsyncLocalStorage;
  return Storage && (new Storage() as AsyncContext<unknown> as AsyncContext<T>);
}

type CreateDebug = (namespace: string) => (format: string, ...args: unknown[]) => void;

interface DebugHost {
  process?: {
    env?: { DEBUG?: string };
    getBuiltinModule?(name: string): { createRequire?: NodeRequireMaker };
  };
  localStorage?: { debug?: string };
}

type NodeRequireMaker = (from: string) => (name: string) => unknown;

/** Whether somebody has asked for the output of the package `debug`; it keeps its settings here itself. */
export function debugWanted(): boolean {
  const { process } = host as DebugHost;
  try {
    return Boolean(process?.env ? process.env.DEBUG : (host as DebugHost).localStorage?.debug);
  } catch {
    return false; // Deno without --allow-env, a page that may not keep data
  }
}

/** Hands over the package `debug`: at once where modules can be had at once, as soon as it is loaded elsewhere. */
function loadDebug(use: (createDebug: CreateDebug) => void): void {
  const { process } = host as DebugHost;
  const createRequire = process?.getBuiltinModule?.('node:module').createRequire;
  try {
    if (createRequire) {
      use(createRequire(import.meta.url)('debug') as CreateDebug);
      return;
    }
  } catch {
    // bundled without it; the bundler may have made import() work
  }
  import('debug').then(
    (module) => {
      use(module.default);
    },
    () => {
      warn('DEBUG is set, but the package "debug" could not be loaded.', 'STAMPEDE_DEBUG');
    },
  );
}

/**
 * Lines for the package `debug` under a namespace. It is loaded with the first line, since loading it takes longer than
 * loading all of this library; lines from before it was there, where it cannot be had at once, come then.
 */
export function debugLines(namespace: string): (line: string) => void {
  let write: ((line: string) => void) | undefined;
  let waiting: string[] | undefined;
  return (line) => {
    if (write !== undefined) {
      write(line);
      return;
    }
    if (waiting !== undefined) {
      waiting.push(line);
      return;
    }
    waiting = [line];
    loadDebug((createDebug) => {
      const logger = createDebug(namespace);
      write = (text) => {
        logger('%s', text);
      };
      for (const early of waiting ?? []) write(early);
      waiting = undefined;
    });
  };
}
