/**
 * A configuration in use: what it says of each gateway and policy, and what loading it installs.
 */
import {
  type GatewayOptions,
  type GatewayRetry,
  OptionError,
  addRetryScope,
  checkKeys,
  debugLines,
  gateway,
  nearest,
  printable,
  setGatewayDefaults,
} from '../core.js';
import type { HttpOptions } from './convert/http.js';
import { gatewayOptionsOf } from './convert/patterns.js';
import { gatewayOf, policyOf } from './inherit.js';
import { type Loaded, forgetLoaded, httpIn, load, startFolder } from './load.js';
import { presets } from './presets.js';
import type { StampedeSettings } from './settings.js';

/** Which file is loaded. */
export interface LoadOptions {
  /** This one, from `cwd` on: data, or a program (`.js`, `.cjs`, `.mjs`), which is run. @default the one that is found */
  readonly file?: string | undefined;
  /** Where the search begins. @default the working directory */
  readonly cwd?: string | undefined;
}

/** The options of a policy: `retry(policy.retry)`, `timeout(policy.timeout)`, or all of them for `gateway()`. */
export interface PolicyOptions extends Omit<
  GatewayOptions,
  'retry' | 'fallback' | 'fallbackOptions' | 'clock' | 'random'
> {
  /** `{ enabled: false }` where the policy does not retry. */
  readonly retry: GatewayRetry;
}

/** A configuration that was loaded. */
export interface Stampede {
  /** The file; `undefined` where there is none. */
  readonly file: string | undefined;
  /** All that the file says. */
  readonly settings: StampedeSettings;
  /** As `gateway()` of the core, for the gateways of the file only. @throws {OptionError} for another name */
  readonly gateway: typeof gateway;
  /** The options of a policy. @throws {OptionError} for a name that nobody knows */
  policy(name: string): PolicyOptions;
  /** For a session: what the file says of requests, or of those to one gateway. @throws {OptionError} for another name */
  http(gateway?: string): HttpOptions;
}

const debugLine = /* @__PURE__ */ debugLines('stampede:config');

/** What the load before this one has installed. */
interface Installed {
  readonly stampede: Stampede;
  uninstall(): void;
}

let installed: Installed | undefined;

/**
 * Reads a configuration and installs it: `gateway('payments')` starts from what the file says of `payments`. What an
 * earlier load has installed goes.
 *
 *     const stampede = loadStampede();
 *     const payments = gateway('payments');
 *     const session = new RetrySession({ ...stampede.http('payments'), baseUrl: 'https://payments.internal' });
 *
 * @throws {ConfigError} with all that is wrong with the file. Then nothing has changed.
 * @throws {OptionError} when an option is unknown or not allowed.
 */
export function loadStampede(options: LoadOptions = {}): Stampede {
  checkKeys('loadStampede', options, ['file', 'cwd'], { path: 'file', filename: 'file', config: 'file' });
  checkText('file', options.file);
  checkText('cwd', options.cwd);
  const loaded = load(startFolder(options.cwd), options.file);
  const stampede = stampedeOf(loaded);
  installed?.uninstall();
  installed = { stampede, uninstall: install(loaded) };
  tell(loaded, 'installed');
  return stampede;
}

/** Takes away what `loadStampede` has installed, and forgets what was found: as if nothing had been looked for. */
export function unloadStampede(): void {
  installed?.uninstall();
  installed = undefined;
  forgetLoaded();
}

/** The configuration that is installed. */
export function loadedStampede(): Stampede | undefined {
  return installed?.stampede;
}

/** One line for the log: names only. */
export function tell({ file, settings }: Loaded, done: 'installed' | 'for requests'): void {
  const names = Object.keys(settings.gateways ?? {});
  const gateways = done === 'installed' && names.length > 0 ? `; gateways ${names.join(', ')}` : '';
  const off = settings.enabled === false ? '; retries are off' : '';
  const text = file === undefined ? `no file found (${done})` : `${file} (${done})${gateways}${off}`;
  debugLine(printable(text));
}

function install({ settings }: Loaded): () => void {
  const names = Object.keys(settings.gateways ?? {});
  for (const name of names) setGatewayDefaults(name, optionsOf(settings, name));
  const switchOn = settings.enabled === false ? addRetryScope(() => ({ enabled: false })) : undefined;
  return () => {
    for (const name of names) setGatewayDefaults(name, undefined);
    switchOn?.();
  };
}

function stampedeOf({ file, settings }: Loaded): Stampede {
  const { gateways = {}, policies = {} } = settings;
  return Object.freeze({
    file,
    settings,
    gateway(name: string, options?: GatewayOptions<unknown>) {
      checkName('gateway', name, Object.keys(gateways), file);
      return gateway(name, { ...optionsOf(settings, name), ...defined(options) } as never);
    },
    policy(name: string): PolicyOptions {
      checkName('policy', name, [...new Set([...Object.keys(policies), ...Object.keys(presets)])], file);
      const { retry = {}, ...rest } = gatewayOptionsOf(policyOf(settings, name) ?? {});
      return { ...(rest as PolicyOptions), retry: retry === false ? { enabled: false } : retry };
    },
    http(name?: string): HttpOptions {
      if (name !== undefined) checkName('gateway', name, Object.keys(gateways), file);
      return httpIn(settings, name) ?? {};
    },
  }) as Stampede;
}

function optionsOf(settings: StampedeSettings, name: string): GatewayOptions<unknown> {
  return gatewayOptionsOf(gatewayOf(settings, name) ?? {});
}

function defined(options: object = {}): object {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function checkText(option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return;
  throw new OptionError(option, value, 'must be a path');
}

function checkName(option: string, name: unknown, known: readonly string[], file: string | undefined): void {
  if (typeof name === 'string' && known.includes(name)) return;
  const near = typeof name === 'string' ? nearest(name, known) : undefined;
  const there =
    known.length === 0 ? 'there is none' : `there ${known.length === 1 ? 'is' : 'are'} ${known.join(', ')}`;
  const where = file === undefined ? 'is not known, as no configuration file was found' : `is not in ${file}`;
  const hint = near === undefined ? there : `did you mean ${near}?`;
  throw new OptionError(option, name, printable(`${where} (${hint})`));
}
