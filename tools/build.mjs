/**
 * How does `src/` become `dist/`?
 *
 * Each door of the package is bundled into one file per format, because one file loads several times
 * faster than a tree of modules. The doors above the waist do not carry a copy of the core: what they
 * import from `core.ts` is taken from the built `index.js`, so a program that opens several doors has one
 * `Attempts`, not two. The types stay a file per module, as the compiler writes them.
 *
 *     node tools/build.mjs            builds, and prints the size of each file
 *     node tools/build.mjs --quiet    says nothing unless something is wrong
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { writeJsonSchema } from './json-schema.mjs';

/**
 * One line per door: the module in `src/`, and where it must run. A `neutral` door may not import Node.
 *
 * `holds`: what other doors of its folder take from it and do not bundle again, so that there is one class of each error.
 */
const DOORS = [
  { entry: 'index', platform: 'neutral' },
  { entry: 'metadata/index', platform: 'node' },
  { entry: 'http/common', platform: 'neutral', holds: exportsOf('http/common') },
  { entry: 'http/fetch/index', platform: 'neutral' },
  { entry: 'http/index', platform: 'node' },
  { entry: 'config/index', platform: 'node' },
  { entry: 'observe/index', platform: 'node' },
  { entry: 'observe/opentelemetry/index', platform: 'neutral' },
  { entry: 'observe/prometheus/index', platform: 'node' },
  { entry: 'testing/index', platform: 'neutral' },
];

/** Folders that are run, not imported: a file per module, ES modules only, no types. */
const PROGRAMS = ['lab', 'cli'];

/** What programs may import of each other. */
const PROGRAM_FACES = PROGRAMS.map((folder) => `${folder}/index`);

/** What the user's own `node_modules` provides. */
const EXTERNAL = [
  '@opentelemetry/api',
  'debug',
  'lilconfig',
  'prom-client',
  'reflect-metadata',
  'tough-cookie',
  'undici',
  'valibot',
  'yaml',
];

const quiet = process.argv.includes('--quiet');
const root = path.dirname(import.meta.dirname);
const src = path.join(root, 'src');
const dist = path.join(root, 'dist');

const shared = {
  absWorkingDir: root,
  bundle: true,
  target: 'es2022',
  external: EXTERNAL,
  // What a neutral door cannot read from package.json.
  define: { STAMPEDE_VERSION: JSON.stringify(versionOf(root)) },
  sourcemap: true,
  // Node prints a stack with the original lines under --enable-source-maps; the sources are in the map.
  sourcesContent: true,
  logLevel: 'warning',
  write: false,
};

rmSync(dist, { recursive: true, force: true });
const written = await Promise.all([
  ...DOORS.flatMap(buildDoor),
  ...PROGRAMS.flatMap(programFiles).map(buildProgram),
]).catch((error) => {
  if (error.errors === undefined) throw error;
  process.exit(1); // esbuild has already said why
});
writeTypes();
await writeJsonSchema(root, path.join(dist, 'schema.json'));
writeFileSync(path.join(dist, 'cjs/package.json'), '{ "type": "commonjs" }\n');
if (!quiet) printSizes(written.flat());

function versionOf(folder) {
  return JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')).version;
}

/** The modules whose names a module hands on. */
function exportsOf(entry) {
  const text = readFileSync(path.join(import.meta.dirname, '../src', `${entry}.ts`), 'utf8');
  const names = [...text.matchAll(/^export \* from '(.+)\.js';$/gm)].map(([, name]) => name);
  return names.map((name) => path.posix.join(path.posix.dirname(entry), name));
}

function buildDoor({ entry, platform }) {
  const options = { entryPoints: [path.join(src, `${entry}.ts`)], plugins: [oneCore(entry)] };
  return [
    write({ ...options, format: 'esm', platform, outfile: path.join(dist, 'esm', `${entry}.js`) }),
    write({
      ...options,
      format: 'cjs',
      // Only for `node` does esbuild leave the list of names by which `import { x }` finds them in CommonJS.
      // An import of Node from a neutral door has been refused by the other format.
      platform: 'node',
      // jest cannot run `import()` inside CommonJS without a flag, so it becomes a `require`.
      supported: { 'dynamic-import': false },
      outfile: path.join(dist, 'cjs', `${entry}.js`),
    }),
  ];
}

function programFiles(folder) {
  if (!existsSync(path.join(src, folder))) return [];
  return readdirSync(path.join(src, folder), { recursive: true })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => `${folder}/${file.replaceAll(path.sep, '/').slice(0, -'.ts'.length)}`);
}

function buildProgram(entry) {
  return write({
    entryPoints: [path.join(src, `${entry}.ts`)],
    plugins: [oneCore(entry, { isProgram: true })],
    format: 'esm',
    platform: 'node',
    packages: 'external',
    outfile: path.join(dist, 'esm', `${entry}.js`),
  });
}

async function write(options) {
  const { outputFiles } = await build({ ...shared, ...options });
  for (const file of outputFiles) {
    mkdirSync(path.dirname(file.path), { recursive: true });
    const mode = file.text.startsWith('#!') ? 0o755 : 0o644;
    writeFileSync(file.path, file.path.endsWith('.js') ? withClassNames(file.text) : file.text, { mode });
  }
  return outputFiles;
}

/**
 * A bundled class that mentions itself comes out as `var Attempts = class _Attempts`, and would introduce
 * itself by that name in every log. Its own name is free inside the expression, so it gets it back.
 */
function withClassNames(text) {
  const renamed = [...text.matchAll(/^var (\w+) = class (_\1)\b/gm)];
  return renamed.reduce(
    (all, [, name, alias]) => all.replaceAll(new RegExp(`\\b${alias}\\b`, 'g'), name),
    text,
  );
}

/**
 * Points imports of `core.ts`, and of another door, at the built file of that door.
 *
 * @param entry      The module being built, e.g. `metadata/index`.
 * @param isProgram  Leave imports within the entry's own top folder, and of another program's public face, as they are:
 *   each of these modules is a file of its own.
 */
function oneCore(entry, { isProgram = false } = {}) {
  const folder = path.dirname(entry);
  const ownTop = entry.split('/')[0];
  return {
    name: 'one-core',
    setup(build) {
      build.onResolve({ filter: /^\.\.?\// }, ({ path: specifier, importer, resolveDir, kind }) => {
        if (kind === 'entry-point') return undefined;
        const target = path.relative(src, path.resolve(resolveDir, specifier)).replaceAll(path.sep, '/');
        const module = target.replace(/\.js$/, '');
        const from = path.relative(root, importer);
        if (isProgram && (module.startsWith(`${ownTop}/`) || PROGRAM_FACES.includes(module)))
          return { path: specifier, external: true };
        if (entry === 'index') return undefined;
        const holder = DOORS.find(({ holds, entry: one }) => one !== entry && holds?.includes(module));
        const door = module === 'core' ? 'index' : (holder?.entry ?? module);
        if (DOORS.some((one) => one.entry === door) && door !== entry) {
          const relative = path.posix.relative(folder, `${door}.js`);
          return { path: relative.startsWith('.') ? relative : `./${relative}`, external: true };
        }
        // Anything else would put a second copy of it into this door.
        if (!module.startsWith(`${ownTop}/`)) {
          return {
            errors: [{ text: `${from} imports src/${module}.ts; above the waist we import core.ts.` }],
          };
        }
        return undefined;
      });
    },
  };
}

/** The declarations are the same text for both formats; which format they describe is the folder's to say. */
function writeTypes() {
  const compiler = path.join(root, 'node_modules/typescript-native/bin/tsc');
  try {
    execFileSync(process.execPath, [compiler, '-p', path.join(root, 'tools/tsconfig.types.json')], {
      cwd: root,
      stdio: 'pipe',
    });
  } catch (error) {
    process.stderr.write(`${error.stdout}${error.stderr}`);
    console.error('build: the types could not be written.');
    process.exit(1);
  }
  dropHiddenTypes(path.join(dist, 'esm'));
  cpSync(path.join(dist, 'esm'), path.join(dist, 'cjs'), {
    recursive: true,
    filter: (from) => !/\.(?:js|map)$/.test(from) && !PROGRAMS.includes(path.basename(from)),
  });
}

/** Takes away the types that no door leads to: they are of the inside, and may need types of other packages. */
function dropHiddenTypes(folder) {
  const reached = new Set();
  const follow = (file) => {
    if (reached.has(file) || !existsSync(file)) return;
    reached.add(file);
    const imports = readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*['"](\.{1,2}\/[^'"]+)\.js['"]/g);
    for (const [, target] of imports) follow(path.resolve(path.dirname(file), `${target}.d.ts`));
  };
  for (const { entry } of DOORS) follow(path.join(folder, `${entry}.d.ts`));
  for (const name of readdirSync(folder, { recursive: true })) {
    const file = path.join(folder, name);
    if (name.endsWith('.d.ts') && !reached.has(file)) rmSync(file);
  }
}

function printSizes(files) {
  const kB = (bytes) => `${(bytes / 1000).toFixed(1)} kB`.padStart(9);
  for (const { path: file, contents } of files) {
    if (!file.endsWith('.js') || PROGRAMS.some((folder) => file.includes(`${path.sep}${folder}${path.sep}`)))
      continue;
    console.log(
      `${path.relative(root, file).padEnd(30)}${kB(contents.length)}${kB(gzipSync(contents).length)} gzip`,
    );
  }
}
