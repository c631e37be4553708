/**
 * By which way a request goes: proxies, certificates, a transport of the user's own.
 */
import { readFileSync } from 'node:fs';
import type { Dispatcher } from 'undici';
import { OptionError, checkKeys } from '../../core.js';

/**
 * A proxy for everything, or one for each kind of address as requests has it: keys are `http`, `https`, `all`, or an
 * origin such as `http://10.20.1.128`, which stands above the others. `null` as a value: none for these.
 */
export type ProxiesInput = string | URL | Readonly<Record<string, string | URL | null | undefined>>;

/** PEM text or bytes, or as an option the path of a file with it. */
export type Pem = string | Uint8Array;

/** Our own certificate: PEM that holds the key too, or `[certificate, key]`, or both with a passphrase. */
export type CertInput = Pem | readonly [cert: Pem, key: Pem] | CertParts;

/** A certificate, its key, and what the key is locked with. */
export interface CertParts {
  readonly cert: Pem;
  readonly key: Pem;
  readonly passphrase?: string | undefined;
}

/** How a request is transported. The same object for all requests of a session that say nothing of their own. */
export interface TransportOptions {
  /** Proxies by `http`, `https`, `all` or origin. An empty text: no proxy. */
  readonly proxies: Readonly<Record<string, string>> | undefined;
  /** `false`: certificates of servers are not checked. Else the authorities that may have signed them. */
  readonly verify: boolean | Pem | readonly Pem[];
  readonly cert: CertParts | undefined;
  /** Whether HTTP_PROXY, HTTPS_PROXY and NO_PROXY are obeyed. */
  readonly trustEnv: boolean;
  readonly dispatcher: Dispatcher | undefined;
}

/** @throws {OptionError} for what is no http or https address. No credentials are shown. */
export function readProxies(given: ProxiesInput): Readonly<Record<string, string>> {
  if (typeof given === 'string' || given instanceof URL) return { all: readProxy('proxies', given) };
  if (typeof given !== 'object' || given === null) {
    throw new OptionError('proxies', undefined, allowedProxies, { got: `a ${typeof given}` });
  }
  const proxies: Record<string, string> = {};
  for (const [key, proxy] of Object.entries(given)) {
    if (proxy === undefined) continue;
    proxies[checkProxyKey(key)] = proxy === null ? '' : readProxy(`proxies[${JSON.stringify(key)}]`, proxy);
  }
  return proxies;
}

const allowedProxies = 'must be an http or https address, or an object of them by http, https, all or origin';

function checkProxyKey(key: string): string {
  if (key === 'http' || key === 'https' || key === 'all') return key;
  if (/^https?:\/\//i.test(key) && URL.canParse(key)) return new URL(key).origin;
  checkKeys('proxies', { [key]: '...' }, ['http', 'https', 'all'], proxySynonyms);
  return key;
}

const proxySynonyms = {
  'http:': 'http',
  'https:': 'https',
  'all://': 'all',
  host: "proxies: 'http://host:port'",
  no: 'trustEnv, or null for an origin',
  no_proxy: 'trustEnv, or null for an origin',
};

function readProxy(option: string, given: string | URL): string {
  const text = given instanceof URL ? given.href : given;
  const isProxy = typeof text === 'string' && /^https?:\/\//i.test(text) && URL.canParse(text);
  if (isProxy) return new URL(text).href;
  throw new OptionError(option, undefined, 'must be an http or https address, as in http://10.0.0.1:3128', {
    got:
      typeof text === 'string'
        ? JSON.stringify(text.replace(/^.*@/s, '***@').slice(0, 60))
        : `a ${typeof given}`,
  });
}

/**
 * Checks the option `verify`. Text that is not PEM is the path of a file, which is read now.
 *
 * @throws {OptionError} unless it is a boolean, or authorities as PEM or path, or a list of them.
 */
export function readVerify(given: unknown): TransportOptions['verify'] {
  if (typeof given === 'boolean') return given;
  if (Array.isArray(given) && given.length > 0) return given.map((item: unknown) => readPem('verify', item));
  return readPem('verify', given);
}

/**
 * Checks the option `cert`. Text that is not PEM is the path of a file, which is read now.
 *
 * @throws {OptionError} unless it is a certificate with its key. Nothing of it is shown.
 */
export function readCert(given: CertInput): CertParts {
  if (Array.isArray(given)) return readCert({ cert: given[0], key: given[1] });
  if (typeof given !== 'object' || given === null || given instanceof Uint8Array) {
    const pem = readPem('cert', given);
    return { cert: pem, key: pem, passphrase: undefined };
  }
  const { passphrase } = given as CertParts;
  checkKeys('cert', hidden(given), ['cert', 'key', 'passphrase'], { password: 'passphrase', ca: 'verify' });
  if (passphrase !== undefined && typeof passphrase !== 'string') {
    throw new OptionError('cert.passphrase', undefined, 'must be text', { got: `a ${typeof passphrase}` });
  }
  const { cert, key } = given as CertParts;
  return { cert: readPem('cert.cert', cert), key: readPem('cert.key', key), passphrase };
}

function hidden(given: object): object {
  return Object.fromEntries(Object.keys(given).map((key) => [key, '...']));
}

function readPem(option: string, given: unknown): Pem {
  if (given instanceof Uint8Array) return given;
  const allowed = 'must be PEM (text or bytes), or the path of a file with it';
  if (typeof given !== 'string' || given === '') {
    throw new OptionError(option, undefined, allowed, { got: `a ${typeof given}` });
  }
  if (given.includes('-----BEGIN')) return given;
  try {
    return readFileSync(given, 'utf8');
  } catch (cause) {
    throw new OptionError(option, given, allowed, { cause });
  }
}

/** @throws {OptionError} unless it is a dispatcher of undici. */
export function readDispatcher(given: unknown): Dispatcher {
  const isDispatcher = typeof given === 'object' && given !== null && 'dispatch' in given;
  if (isDispatcher && typeof given.dispatch === 'function') return given as Dispatcher;
  throw new OptionError(
    'dispatcher',
    given,
    'must be a dispatcher of undici, such as an Agent or a MockAgent',
  );
}
