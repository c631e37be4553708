/**
 * The address that a fetch is asked for.
 */

/**
 * Reads an address as fetch does: a relative one leads from the page.
 *
 * @returns Without credentials; `undefined` for what is no http address.
 */
export function httpUrl(address: string): URL | undefined {
  const { document, location } = globalThis as {
    document?: { readonly baseURI?: string };
    location?: { readonly href?: string };
  };
  const base = document?.baseURI ?? location?.href;
  if (!URL.canParse(address, base)) return undefined;
  const url = new URL(address, base);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  url.username = '';
  url.password = '';
  return url;
}
