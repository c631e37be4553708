/** What a browser has to load. */
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { build } from 'esbuild';

export default {
  name: 'bundle',
  title: 'Bundle of the smallest "retry with exponential backoff" program (esbuild, browser, minified ESM)',
  needs: 'program',
  isolated: true,
  anchors: [],
  rounds: { full: 1, quick: 1 },
  columns: [
    { key: 'minBytes', label: 'min', digits: 0 },
    { key: 'gzipBytes', label: 'gzip', digits: 0, main: true },
    { key: 'brotliBytes', label: 'brotli', digits: 0 },
  ],
  async run({ program, external = [] }) {
    const result = await build({
      stdin: { contents: program, resolveDir: import.meta.dirname },
      bundle: true,
      minify: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      target: 'es2022',
      legalComments: 'none',
      logLevel: 'silent',
      external,
    });
    const code = result.outputFiles[0].contents;
    return {
      minBytes: code.length,
      gzipBytes: gzipSync(code, { level: 9 }).length,
      brotliBytes: brotliCompressSync(code).length,
    };
  },
};
