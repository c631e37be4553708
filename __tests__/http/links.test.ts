import { describe, expect, it } from '@jest/globals';
import { linksIn } from '../../src/http/links.js';

const base = 'https://api.example.org/users?page=1';
const links = (header?: string): unknown => JSON.parse(JSON.stringify(linksIn(header, base)));

describe('the links of a header', () => {
  it('are found by their relation', () => {
    const header =
      '<https://api.example.org/users?page=2&q=a,b;c>; rel="next", </users?page=9>; rel=last; title="the \\"end\\", at last"';

    expect(links(header)).toEqual({
      next: { url: 'https://api.example.org/users?page=2&q=a,b;c', rel: 'next' },
      last: { url: 'https://api.example.org/users?page=9', rel: 'last', title: 'the "end", at last' },
    });
  });

  it('may have several relations, or none, and those of Object.prototype', () => {
    expect(links('<?page=2>; rel="next last"; REL=other, <//x.test/>; as=font; crossorigin')).toEqual({
      next: { url: 'https://api.example.org/users?page=2', rel: 'next last' },
      last: { url: 'https://api.example.org/users?page=2', rel: 'next last' },
      'https://x.test/': { url: 'https://x.test/', as: 'font', crossorigin: '' },
    });
    expect(linksIn('<a>; rel=__proto__', base)['__proto__']?.url).toBe('https://api.example.org/a');
    expect(linksIn(undefined, base)['constructor']).toBeUndefined();
  });

  it.each([
    [undefined, {}],
    ['', {}],
    ['rubbish; rel=next', {}],
    ['<http://[>; rel=next', { next: { url: 'http://[', rel: 'next' } }],
    ['<a; rel=next', {}],
    ['<a>; rel="next', { next: { url: 'https://api.example.org/a', rel: 'next' } }],
  ])('are as good as the header: %j', (header, expected) => {
    expect(links(header)).toMatchObject(expected);
  });

  it('take no time to speak of, whatever is in 16 KiB', () => {
    const start = performance.now();

    for (const part of ['<', ';', ';a="', ';a="\\', ' ', '<a>;', ',', '; a='])
      links(part.repeat(16_384 / part.length));

    expect(performance.now() - start).toBeLessThan(1000);
  });
});
