/**
 * The header `link`: where the next page is.
 *
 * Twenty lines of RFC 8288 as Requests has them, which no package would shorten: a target, and parameters of which only
 * `rel` is looked at here.
 */

/** A link of the header: its target, and its parameters by their names in lower case. */
export interface HttpLink {
  /** Absolute, when it could be resolved against the address of the answer. */
  readonly url: string;
  readonly [parameter: string]: string;
}

/** `<target>`; a parameter, whose value is a word, a quoted text, or missing; what stands between two links. */
const token = /<([^<>]*)>|;\s*([^\s;,="]+)\s*(?:=\s*(?:"((?:[^"\\]|\\.)*)"|"?([^\s;,"]*)))?|,/gy;

/**
 * The links by their relation, or by their target where they have none. Of several of one relation the last counts.
 *
 *     linksIn('</users?page=2>; rel="next"', 'https://api.example.org/users')
 *     // { next: { url: 'https://api.example.org/users?page=2', rel: 'next' } }
 *
 * @param base  Where the header came from.
 * @see RFC 8288, section 3; requests.Response.links
 */
export function linksIn(header: string | undefined, base: string): Readonly<Record<string, HttpLink>> {
  const links: Record<string, HttpLink> = Object.create(null) as Record<string, HttpLink>;
  for (const link of header === undefined ? [] : parsed(header, base)) {
    for (const key of (link['rel'] ?? link.url).split(/\s+/)) if (key !== '') links[key] = link;
  }
  return links;
}

function parsed(header: string, base: string): HttpLink[] {
  const found: Record<string, string>[] = [];
  let at = 0;
  while (at < header.length) {
    token.lastIndex = at;
    const match = token.exec(header);
    at = match === null ? at + 1 : token.lastIndex; // what is none of these is passed over
    const [, target, name, quoted, word = ''] = match ?? [];
    const link = found.at(-1);
    if (target !== undefined) found.push(withTarget(target, base));
    else if (name !== undefined && link !== undefined) {
      const value = quoted === undefined ? word : quoted.replace(/\\(.)/gs, '$1');
      if (!Object.hasOwn(link, name.toLowerCase())) link[name.toLowerCase()] = value; // the first counts, section 3.3
    }
  }
  return found as unknown as HttpLink[];
}

function withTarget(target: string, base: string): Record<string, string> {
  const link = Object.create(null) as Record<string, string>;
  link['url'] = URL.canParse(target, base) ? new URL(target, base).href : target;
  return link;
}
