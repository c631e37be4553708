/**
 * Which dispatcher sends a request.
 *
 * Whatever needs nothing special shares one agent for the whole process: it holds connections and no cookies. Agents
 * for certain certificates and proxies belong to who asked for them.
 */
import { Agent, type Dispatcher, EnvHttpProxyAgent, ProxyAgent, buildConnector } from 'undici';
import { OptionError } from '../../core.js';
import type { TransportOptions } from '../request/transport-options.js';
import { linePool } from './connector.js';
import { type TlsOptions, tlsKey, tlsOptions } from './tls-options.js';
import { Traffic, sessionClosed } from './traffic.js';

/** More than these are not kept by one owner: the oldest is closed when its requests are done. */
const mostAgents = 64;

// An exchange has an exact timer of its own; those of undici are late by up to a second.
const noTimeouts = { headersTimeout: 0, bodyTimeout: 0 } as const;

/** The dispatchers of one owner, and what is under way for it. */
export class Agents {
  readonly traffic: Traffic;
  readonly #special = new Map<string, Dispatcher>();
  readonly #tlsKeys = new WeakMap<TransportOptions, string>();
  readonly #shared: Agents | undefined;
  readonly #lender: Agents | undefined;
  #plain: Dispatcher | undefined;
  #isEnded = false;

  /**
   * @param shared  Where requests go that need nothing special. Default: an agent of its own.
   * @param isLent  Whether all requests go there. Its owner then waits for what is under way here, too.
   */
  constructor(shared?: Agents, isLent = false) {
    this.#shared = shared;
    this.#lender = isLent ? shared : undefined;
    this.traffic = new Traffic(this.#lender?.traffic);
  }

  /** For another owner, who uses the same connections and closes none of them. */
  lend(): Agents {
    return new Agents(this, true);
  }

  /**
   * The dispatcher for a request to `url`.
   *
   * @throws {OptionError} for certificates that TLS can do nothing with, and proxies in the environment that are none.
   * @throws {UsageError} after their end.
   */
  dispatcherFor(url: URL, transport: TransportOptions): Dispatcher {
    if (this.#isEnded) throw sessionClosed();
    if (this.#lender !== undefined) return this.#lender.dispatcherFor(url, transport);
    if (transport.dispatcher !== undefined) return transport.dispatcher;
    const { proxies, trustEnv } = transport;
    const proxy = proxies === undefined ? undefined : proxyFor(url, proxies);
    const env = trustEnv && proxy === undefined ? environment(url) : undefined;
    if (!proxy && env === undefined && !hasTls(url, transport)) return this.plain;
    const key = JSON.stringify([proxy, env, this.#tlsKeyOf(transport)]);
    return this.#special.get(key) ?? this.#add(key, specialAgent(proxy, env, tlsOptions(transport)));
  }

  /** The agent for everything that needs nothing special. */
  get plain(): Dispatcher {
    if (this.#shared !== undefined) return this.#shared.plain;
    return (this.#plain ??= directAgent({}));
  }

  /** Lets nothing new begin, waits for what is under way, and closes the connections. */
  async close(): Promise<void> {
    await this.traffic.close();
    await this.#end(); // nothing is lost: nothing is under way
  }

  /** Ends what is under way, and closes the connections. */
  async destroy(): Promise<void> {
    const ending = this.traffic.destroy();
    await this.#end();
    await ending;
  }

  async #end(): Promise<void> {
    this.#isEnded = true;
    await Promise.all(this.#taken().map((agent) => agent.destroy()));
  }

  #taken(): Dispatcher[] {
    const all = [...this.#special.values()];
    if (this.#plain !== undefined) all.push(this.#plain);
    this.#plain = undefined;
    this.#special.clear();
    return all;
  }

  #add(key: string, agent: Dispatcher): Dispatcher {
    this.#special.set(key, agent);
    const [oldest] = this.#special;
    if (this.#special.size > mostAgents && oldest !== undefined) {
      this.#special.delete(oldest[0]);
      void oldest[1].close();
    }
    return agent;
  }

  #tlsKeyOf(transport: TransportOptions): string {
    const known = this.#tlsKeys.get(transport);
    if (known !== undefined) return known;
    const key = tlsKey(transport);
    this.#tlsKeys.set(transport, key);
    return key;
  }
}

/** The agents of the process. */
export const sharedAgents: Agents = /* @__PURE__ */ new Agents();

function hasTls(url: URL, { verify, cert }: TransportOptions): boolean {
  return url.protocol === 'https:' && (verify !== true || cert !== undefined);
}

/** The proxy that is meant for an address; an empty text: none, whatever the environment says. */
function proxyFor(url: URL, proxies: Readonly<Record<string, string>>): string | undefined {
  return proxies[url.origin] ?? proxies[url.protocol.slice(0, -1)] ?? proxies['all'];
}

interface Environment {
  readonly httpProxy: string;
  readonly httpsProxy: string;
}

// undici would use a proxy that is named for http alone for https as well.
/** What the environment says of proxies for an address; `undefined` when it names none. NO_PROXY is undici's to read. */
function environment(url: URL): Environment | undefined {
  const isSecure = url.protocol === 'https:';
  const proxy = proxyIn(isSecure ? 'https_proxy' : 'http_proxy');
  if (proxy === '') return undefined;
  return isSecure ? { httpProxy: '', httpsProxy: proxy } : { httpProxy: proxy, httpsProxy: '' };
}

// As everywhere, the name in lower case wins, and an address may lack its scheme. It may hold a password: not shown.
function proxyIn(name: string): string {
  const text = process.env[name] ?? process.env[name.toUpperCase()] ?? '';
  if (text === '') return '';
  const address = text.includes('://') ? text : `http://${text}`;
  if (/^https?:/i.test(address) && URL.canParse(address)) return new URL(address).href;
  const allowed = 'in the environment must be an http or https address, as trustEnv is on';
  throw new OptionError(name, undefined, allowed, { got: 'something else' });
}

function specialAgent(proxy: string | undefined, env: Environment | undefined, tls: TlsOptions): Dispatcher {
  if (!proxy && env === undefined) return directAgent(tls);
  const options = {
    ...noTimeouts,
    factory: linePool,
    clientFactory: (url: URL, given: object) => linePool(url, { ...given, ...noTimeouts }),
    requestTls: { ...tls, timeout: 0 },
    proxyTls: { ...tls, timeout: 0 },
  };
  if (proxy) return new ProxyAgent({ ...options, ...withCredentials(proxy) });
  return new EnvHttpProxyAgent({ ...options, ...env, connect: buildConnector({ ...tls, timeout: 0 }) });
}

function directAgent(tls: TlsOptions): Dispatcher {
  return new Agent({ ...noTimeouts, factory: linePool, connect: buildConnector({ ...tls, timeout: 0 }) });
}

// undici heeds a name only with a password.
function withCredentials(proxy: string): { uri: string; token?: string } {
  const { username, password } = new URL(proxy);
  if (username === '') return { uri: proxy };
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { uri: proxy, token: `Basic ${Buffer.from(credentials).toString('base64')}` };
}
