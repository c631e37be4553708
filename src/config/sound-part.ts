/**
 * What is left of a configuration without the options that are wrong in themselves, so that whether the others fit
 * together can be told at the same time.
 */
import type { PlacedFault } from './config-error.js';
import type { Path } from './place.js';

type Tree = Readonly<Record<string, unknown>>;

const families = ['policies', 'gateways'] as const;

/**
 * Takes whole options out: `retry` of a policy, for a fault in its `wait`. What gateways and other policies say of the
 * same option goes too, for it may rest on what was taken out.
 *
 * @returns `undefined` where nothing can be told of the rest.
 */
export function soundPart(value: unknown, faults: readonly PlacedFault[]): unknown {
  const paths = faults.map(({ path }) => path);
  // Whatever names a policy would seem to name nothing.
  const isLost = paths.some((path) => path.length === 0 || (path.length === 1 && path[0] === 'policies'));
  if (isLost || !isTree(value)) return undefined;
  const spoilt = paths.filter(([family]) => family === 'policies').map(([, , option]) => option);
  const ofFamily = (family: string): Tree => {
    const members = value[family];
    if (!isTree(members)) return {};
    const sound = Object.entries(members).map(([name, options]) => {
      const own = optionsIn(paths, family, name);
      const isWhole = own.includes(undefined) || !isTree(options);
      return [name, isWhole ? {} : without(options, [...spoilt, ...own])] as const;
    });
    return { [family]: Object.fromEntries(sound) };
  };
  const others = without(value, [...families, ...paths.map(([section]) => section)]);
  return Object.assign({}, others, ...families.map(ofFamily)) as unknown;
}

/** The options of one member that have a fault; `undefined` among them where it is the member itself. */
function optionsIn(
  paths: readonly Path[],
  family: string,
  name: string,
): readonly (Path[number] | undefined)[] {
  return paths.filter((path) => path[0] === family && path[1] === name).map((path) => path[2]);
}

function without(tree: Tree, names: readonly unknown[]): Tree {
  const gone = new Set(names);
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !gone.has(name)));
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
