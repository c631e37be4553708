/**
 * Which file is found, which is not, and what is said of one that cannot be read.
 */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '../../src/config/index.js';
import { findConfig, readNamed } from '../../src/config/find.js';
import { folders, programs, write } from './support/files.js';

const { make } = folders();
const runProgram = programs();
const named = { name: 'loadStampede({ file })', mayRun: true };

function faultsOf(act: () => unknown): readonly string[] {
  try {
    act();
  } catch (error) {
    if (error instanceof ConfigError) return error.faults.map(({ allowed }) => allowed);
    throw error;
  }
  throw new Error('It was taken.');
}

describe('findConfig', () => {
  it.each([
    ['stampede.yml', 'enabled: true'],
    ['stampede.yaml', 'enabled: true'],
    ['.stampederc', 'enabled: true'],
    ['.stampederc', '{"enabled": true}'],
    ['.stampederc.json', '{"enabled": true}'],
    ['.stampederc.yaml', 'enabled: true'],
    ['.stampederc.yml', 'enabled: true'],
    ['package.json', '{"name": "x", "stampede": {"enabled": true}}'],
  ])('finds %s', (name, text) => {
    const folder = make({ [name]: text });

    const found = findConfig(folder);

    expect(found?.file).toBe(path.join(folder, name));
    expect(found?.value).toEqual({ enabled: true });
  });

  it('takes the first of a folder, in the order that is documented', () => {
    const folder = make({
      'stampede.yml': 'enabled: true',
      '.stampederc': 'enabled: false',
      'package.json': '{"stampede": {"enabled": false}}',
    });

    expect(findConfig(folder)?.file).toBe(path.join(folder, 'stampede.yml'));
  });

  it('takes that of the nearest folder, and merges nothing', () => {
    const folder = make({
      'stampede.yml': 'enabled: true',
      'a/.stampederc.yml': 'gateways: {}',
      'a/b/c/x': '',
    });

    expect(findConfig(path.join(folder, 'a/b/c'))?.value).toEqual({ gateways: {} });
  });

  it.each([
    ['is empty', ''],
    ['holds only spaces', ' \n'],
    ['holds only comments', '# enabled: false\n'],
  ])('does not pass over a file that %s for one above', (_, text) => {
    const folder = make({ 'stampede.yml': 'enabled: false', 'a/stampede.yml': text });

    const found = findConfig(path.join(folder, 'a'));

    expect(found?.file).toBe(path.join(folder, 'a/stampede.yml'));
    expect(found?.value).toBeUndefined();
  });

  it('passes over a package.json that says nothing of it, broken or not', () => {
    const folder = make({
      'stampede.yml': 'enabled: true',
      'a/package.json': '{"name": "a"}',
      'a/b/package.json': '{"name": ',
      'a/b/c/package.json': '[]',
    });

    expect(findConfig(path.join(folder, 'a/b/c'))?.file).toBe(path.join(folder, 'stampede.yml'));
  });

  it('knows the line of what a package.json says', () => {
    const folder = make({ 'package.json': '{\n  "stampede": {\n    "enabled": true\n  }\n}' });

    expect(findConfig(folder)?.placeOf(['enabled'])).toEqual({ line: 3, column: 5 });
  });

  it.each([
    [
      'a directory',
      (file: string) => {
        mkdirSync(file);
      },
      'is a directory; it must be a file',
    ],
    [
      'a link to nowhere',
      (file: string) => {
        symlinkSync('nowhere', file);
      },
      'is a symbolic link to a file that is not there',
    ],
    [
      'a link to itself',
      (file: string) => {
        symlinkSync(file, file);
      },
      'leads back to itself',
    ],
    [
      '10 MB',
      (file: string) => {
        writeFileSync(file, '#'.repeat(10_000_000));
      },
      'is 10.0 MB long; a configuration has at most 1 MB',
    ],
    [
      'UTF-16, with its mark',
      (file: string) => {
        writeFileSync(file, Buffer.from('\ufeffenabled: true', 'utf16le'));
      },
      'is written in UTF-16; save it as UTF-8',
    ],
    [
      'UTF-16, without a mark',
      (file: string) => {
        writeFileSync(file, Buffer.from('enabled: true', 'utf16le'));
      },
      'is written in UTF-16',
    ],
    [
      'Latin-1',
      (file: string) => {
        writeFileSync(file, Buffer.from('# caf\xe9', 'latin1'));
      },
      'is not written in UTF-8',
    ],
  ])('says so where the file is %s, and passes it over for none above', (_, place, said) => {
    const folder = make({ 'stampede.yml': 'enabled: true', 'a/x': '' });
    place(path.join(folder, 'a/.stampederc.yml'));

    expect(faultsOf(() => findConfig(path.join(folder, 'a')))).toEqual([expect.stringContaining(said)]);
  });

  it('reads UTF-8 with a byte order mark', () => {
    const folder = make({ 'stampede.yml': '\ufeffenabled: true' });

    expect(findConfig(folder)?.value).toEqual({ enabled: true });
  });
});

describe('readNamed', () => {
  it('says who named a file that is not there', () => {
    expect(faultsOf(() => readNamed('/nowhere/at/all.yml', named))).toEqual([
      'loadStampede({ file }) names a file that is not there',
    ]);
  });

  it('reads no TypeScript', () => {
    const folder = make({ 'stampede.config.ts': 'export default {};' });

    expect(faultsOf(() => readNamed(path.join(folder, 'stampede.config.ts'), named))).toEqual([
      expect.stringContaining('TypeScript is not read'),
    ]);
  });

  it('runs no program that only the environment has named', () => {
    const folder = make({ 'a.mjs': 'export default {};' });

    const byEnvironment = { name: 'STAMPEDE_CONFIG', mayRun: false };

    expect(faultsOf(() => readNamed(path.join(folder, 'a.mjs'), byEnvironment))).toEqual([
      expect.stringContaining('only loadStampede({ file }) runs one'),
    ]);
  });
});

describe('a process', () => {
  const show = `
    try {
      const { file, settings } = stampede.loadStampede();
      console.log(JSON.stringify({ file, settings }));
    } catch (error) { console.log(error.name, error.message); }`;

  it('finds the configuration at home when none is on the way up', async () => {
    const here = make({ 'a/x': '' });
    const home = make({ '.stampederc.yml': 'enabled: true' });

    const said = await runProgram(show, { cwd: path.join(here, 'a'), env: { HOME: home } });

    expect(JSON.parse(said)).toEqual({
      file: path.join(home, '.stampederc.yml'),
      settings: { enabled: true },
    });
  });

  it('is content without a configuration, and without a home', async () => {
    const here = make();

    expect(JSON.parse(await runProgram(show, { cwd: here, env: { HOME: '/nonexistent' } }))).toEqual({
      settings: {},
    });
  });

  it('says so where it may not read the file', async () => {
    const here = make({ 'stampede.yml': 'enabled: true' });
    if (process.getuid?.() !== 0) return; // only root can be somebody else
    const { chmodSync } = await import('node:fs');
    chmodSync(here, 0o755);
    chmodSync(path.join(here, 'stampede.yml'), 0o600);

    const said = await runProgram(show, { cwd: here, uid: 65_534 });

    expect(said).toContain('ConfigError');
    expect(said).toContain('may not be read by this process (no permission)');
  });

  it('takes the file that STAMPEDE_CONFIG names, from the working directory on', async () => {
    const here = make({ 'stampede.yml': 'enabled: false', 'other/conf.yml': 'enabled: true' });

    const said = await runProgram(show, { cwd: here, env: { STAMPEDE_CONFIG: 'other/conf.yml' } });

    expect(JSON.parse(said).file).toBe(path.join(here, 'other/conf.yml'));
  });

  it('says so when STAMPEDE_CONFIG names nothing that is there, and takes no other file', async () => {
    const here = make({ 'stampede.yml': 'enabled: true' });

    const said = await runProgram(show, { cwd: here, env: { STAMPEDE_CONFIG: 'nowhere.yml' } });

    expect(said).toContain('STAMPEDE_CONFIG names a file that is not there');
    expect(said).toContain('nowhere.yml');
  });

  it('refuses garbage in STAMPEDE_DISABLED', async () => {
    const here = make();

    const said = await runProgram(show, { cwd: here, env: { STAMPEDE_DISABLED: 'perhaps' } });

    expect(said).toContain(
      'STAMPEDE_DISABLED must be 1 or true (no call is retried), 0 or false, or empty; got "perhaps"',
    );
  });

  it('runs nothing that it was not told to run', async () => {
    const trap = `require('node:fs').writeFileSync(require('node:path').join(__dirname, 'ran'), '');`;
    const esmTrap = `import { writeFileSync } from 'node:fs'; writeFileSync(new URL('ran', import.meta.url), '');`;
    const here = make({
      '.config/config.js': trap,
      '.config/config.cjs': trap,
      '.config/stampederc.js': trap,
      'stampede.config.js': trap,
      'stampede.config.mjs': esmTrap,
      '.stampederc.js': trap,
      '.stampederc.cjs': trap,
      '.stampederc.mjs': esmTrap,
      'package.json': '{"stampede": {"enabled": true}}',
    });

    const said = await runProgram(
      `${show}
       import { readdirSync } from 'node:fs';
       new stampede.RetrySession();
       console.log(readdirSync('.', { recursive: true }).filter((name) => name.endsWith('ran')).length, 'ran');`,
      { cwd: here },
    );

    expect(said).toContain('"enabled":true');
    expect(said).toContain('0 ran');
  });

  it.each([
    ['.mjs', `export default { gateways: { a: { timeout: '1s' } } };`],
    ['.cjs', `module.exports = { gateways: { a: { timeout: '1s' } } };`],
  ])('runs a program ending in %s that loadStampede is told to', async (ending, source) => {
    const here = make({ [`conf${ending}`]: source });

    const said = await runProgram(
      `console.log(JSON.stringify(stampede.loadStampede({ file: './conf${ending}' }).settings));`,
      { cwd: here },
    );

    expect(said.trim()).toContain('{"gateways":{"a":{"timeout":1000}}}');
  });

  it.each([
    [
      'throws',
      'export default undefinedName;',
      'The file failed when it was run: undefinedName is not defined',
    ],
    ['awaits at its top', 'await 1; export default {};', 'awaits at its top'],
    [
      'exports what is not allowed',
      'export default { gateways: { a: { timeout: 300 } } };',
      'gateways.a.timeout must have its unit',
    ],
  ])('says so of a program that %s', async (_, source, said) => {
    const here = make({ 'conf.mjs': source });

    const printed = await runProgram(
      `try { stampede.loadStampede({ file: './conf.mjs' }); } catch (error) { console.log(error.name, error.message); }`,
      { cwd: here },
    );

    expect(printed).toContain('ConfigError');
    expect(printed).toContain(said);
  });

  it('reads nothing when it imports, and once for many sessions', async () => {
    const here = make({ 'stampede.yml': 'http: { retries: 5 }' });
    write(here, {});

    const said = await runProgram(
      `import { writeFileSync } from 'node:fs';
       writeFileSync('stampede.yml', 'nonsense: true');
       let first; try { new stampede.RetrySession(); } catch (error) { first = error.name; }
       writeFileSync('stampede.yml', 'http: { retries: 7 }');
       new stampede.RetryRequest();
       writeFileSync('stampede.yml', 'nonsense: again');
       new stampede.RetrySession();
       console.log(first, JSON.stringify(stampede.foundHttpOptions()));`,
      { cwd: here },
    );

    expect(said.trim()).toBe('ConfigError {"retries":7}');
  });
});

describe('the log', () => {
  it('tells which file was found and which gateways were installed, and no value', async () => {
    const here = make({
      'stampede.yml': 'gateways: { payments: {} }\nhttp: { headers: { authorization: hunter2 } }',
    });

    const said = await runProgram(
      `stampede.loadStampede();
       stampede.unloadStampede();
       new stampede.RetrySession();`,
      { cwd: here, env: { DEBUG: 'stampede:config' } },
    );

    expect(said).toContain(
      `stampede:config ${path.join(here, 'stampede.yml')} (installed); gateways payments`,
    );
    expect(said).toContain(`stampede:config ${path.join(here, 'stampede.yml')} (for requests)`);
    expect(said).not.toContain('hunter2');
  });

  it('tells that no file was found', async () => {
    const said = await runProgram('stampede.loadStampede();', { cwd: make(), env: { DEBUG: 'stampede:*' } });

    expect(said).toContain('stampede:config no file found (installed)');
  });
});

describe('horde', () => {
  it('rejects its requests while the file has a fault, and works once it is mended', async () => {
    const here = make({ 'stampede.yml': 'http: { retrys: 5 }' });

    const said = await runProgram(
      `import { createServer } from 'node:http';
       import { writeFileSync } from 'node:fs';
       const server = createServer((request, response) => response.end(String(request.headers['x-from'])));
       await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
       const url = 'http://127.0.0.1:' + server.address().port;
       console.log(await stampede.horde.get(url).then(() => 'fine', (error) => error.name));
       writeFileSync('stampede.yml', 'http: { headers: { x-from: file } }');
       console.log(await (await stampede.horde.get(url)).text());
       process.exit();`,
      { cwd: here },
    );

    expect(said.trim().split('\n')).toEqual(['ConfigError', 'file']);
  });
});
