/**
 * What the package does to the globals of a program that imports it. Asked of `dist/`, in a process of its own:
 * `npm run build` first.
 */
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = path.resolve(import.meta.dirname, '../..');

/** Everything that is reachable from the globals by its name, two steps deep, with the value that is there. */
const inventory = `
  const inventory = () => {
    const found = new Map();
    for (const name of Reflect.ownKeys(globalThis)) {
      const { value } = Object.getOwnPropertyDescriptor(globalThis, name);
      found.set(String(name), value);
      if (value === null || (typeof value !== 'object' && typeof value !== 'function') || value === globalThis) continue;
      for (const [where, object] of [[name, value], [String(name) + '.prototype', value.prototype]]) {
        if (object === null || (typeof object !== 'object' && typeof object !== 'function')) continue;
        for (const key of Reflect.ownKeys(object)) {
          const { value, get, set } = Object.getOwnPropertyDescriptor(object, key);
          found.set(String(where) + '.' + String(key), value ?? get ?? set);
        }
      }
    }
    return found;
  };
  const changes = (before, after) =>
    [...new Set([...before.keys(), ...after.keys()])].filter((key) => !Object.is(before.get(key), after.get(key)));
`;

/** What changes when \`act\` runs, in a program of its own. Node's own globals that load late are asked for first. */
function changedBy(act: string): string[] {
  const program = `
    ${inventory}
    for (const name of Reflect.ownKeys(globalThis)) void globalThis[name];
    const before = inventory();
    ${act}
    console.log(JSON.stringify(changes(before, inventory())));`;
  const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(printed) as string[];
}

describe('importing the package', () => {
  it.each(['./dist/esm/index.js', './dist/cjs/index.js'])(
    'changes nothing that is global, and a retry that runs changes nothing either: %s',
    (file) => {
      const changed = changedBy(`
        const { retry, retryPolicyOf } = await import(${JSON.stringify(path.join(root, file))});
        const load = retry({ maxTries: 2, mode: 'async', maxTime: '1s' })(() => 'loaded');
        if ((await load()) !== 'loaded' || retryPolicyOf(load).maxTries !== 2) throw new Error('it does not work');`);

      expect(changed).toEqual([]);
    },
  );

  it('is what a look at every global would notice: the door ./metadata adds to Reflect, and to nothing else', () => {
    const changed = changedBy(`await import('stampede-js/metadata');`);

    expect(changed).toContain('Reflect.defineMetadata');
    expect(changed.filter((name) => !name.startsWith('Reflect.'))).toEqual([]);
  });
});

describe('a program that loads reflect-metadata after the package', () => {
  it('finds metadata on what it wraps from then on', () => {
    const program = `
      import { retry, policyMetadataKey } from 'stampede-js';
      const early = retry({ maxTries: 2 })(() => 'early');
      await import('reflect-metadata');
      const late = () => 'late';
      Reflect.defineMetadata('role', 'admin', late);
      const wrapped = retry({ maxTries: 3 })(late);
      console.log(JSON.stringify([
        Reflect.getOwnMetadata('role', wrapped),
        Reflect.getOwnMetadata(policyMetadataKey, wrapped),
        Reflect.getOwnMetadataKeys(early),
      ]));`;

    const printed = execFileSync(process.execPath, ['--input-type=module', '--eval', program], {
      cwd: root,
      encoding: 'utf8',
    });

    expect(JSON.parse(printed)).toEqual(['admin', { maxTries: 3 }, []]);
  });
});
