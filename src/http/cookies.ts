/**
 * Which cookies go with a request, and which of an answer are kept: tough-cookie's jar, with bounds.
 */
import { Cookie, CookieJar, type ErrorCallback, MemoryCookieStore } from 'tough-cookie';

/** More than this of one site are not kept; browsers hold 150 to 180. */
const mostPerSite = 180;
/** A longer cookie is not kept (RFC 6265, section 6.1). */
const longest = 4096;
/** Of an answer that sets more, the rest is not looked at. */
const mostPerAnswer = 500;

/** A store that knows whether it was ever used: to ask an empty jar takes a tenth of the time of a request. */
class OwnStore extends MemoryCookieStore {
  isUnused = true;

  override putCookie(cookie: Cookie): Promise<void>;
  override putCookie(cookie: Cookie, callback: ErrorCallback): void;
  override putCookie(cookie: Cookie, callback?: ErrorCallback): Promise<void> | undefined {
    this.isUnused = false;
    if (callback === undefined) return super.putCookie(cookie);
    super.putCookie(cookie, callback);
    return undefined;
  }
}

/** A jar with nothing in it. */
export function emptyJar(): CookieJar {
  return new CookieJar(new OwnStore());
}

function cookiesFor(jar: CookieJar, url: URL): readonly Cookie[] {
  const { store } = jar;
  return store instanceof OwnStore && store.isUnused ? [] : jar.getCookiesSync(url.href);
}

/**
 * The header `cookie` for an address.
 *
 * @param own  Cookies given with the call, which stand before those of the jar and hide those of the same name.
 * @returns `undefined` when there are none.
 */
export function cookieHeader(
  jar: CookieJar | undefined,
  url: URL,
  own: Readonly<Record<string, string>>,
): string | undefined {
  const kept = jar === undefined ? [] : cookiesFor(jar, url);
  const pairs = Object.entries(own).map(([name, value]) => `${name}=${value}`);
  const others = kept.filter(({ key }) => !Object.hasOwn(own, key)).map((cookie) => cookie.cookieString());
  const all = [...pairs, ...others];
  return all.length === 0 ? undefined : all.join('; ');
}

/** Keeps the cookies of an answer. Those the jar refuses (another site's, a public suffix's, malformed) are dropped. */
export function keepCookies(jar: CookieJar, url: URL, given: readonly string[]): void {
  for (const text of given.slice(0, mostPerAnswer)) {
    if (text.length > longest) continue;
    const cookie = Cookie.parse(text);
    if (cookie === undefined || !hasRoom(jar, url, cookie)) continue;
    try {
      jar.setCookieSync(cookie, url.href);
    } catch {
      // refused
    }
  }
}

function hasRoom(jar: CookieJar, url: URL, { key }: Cookie): boolean {
  const kept = jar.getCookiesSync(url.href, { allPaths: true });
  return kept.length < mostPerSite || kept.some((cookie) => cookie.key === key);
}

/** The cookies that an answer sets, by name. */
export function cookiesOf(given: readonly string[]): Readonly<Record<string, string>> {
  const parsed = given.map((text) => Cookie.parse(text)).filter((cookie) => cookie !== undefined);
  return Object.fromEntries(parsed.map(({ key, value }) => [key, value]));
}
