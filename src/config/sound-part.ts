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
  const spoilt = new Set(paths.filter(([family]) => family === 'policies').map(([, , option]) => option));
  const ofFamily = (family: string): Tree => {
    const members = value[family];
    if (!isTree(members)) return {};
    const wrong = wrongOptions(paths.filter(([first]) => first === family));
    const sound = Object.entries(members).map(([name, options]) => {
      const own = wrong.get(name) ?? new Set();
      const isWhole = own.has(undefined) || !isTree(options);
      return [
        name,
        isWhole ? {} : without(options, (option) => spoilt.has(option) || own.has(option)),
      ] as const;
    });
    return { [family]: Object.fromEntries(sound) };
  };
  const sections = new Set([...families, ...paths.map(([section]) => section)]);
  const others = without(value, (section) => sections.has(section));
  return Object.assign({}, others, ...families.map(ofFamily)) as unknown;
}

/** By the name of a member its options that have a fault; `undefined` among them where it is the member itself. */
function wrongOptions(paths: readonly Path[]): ReadonlyMap<unknown, ReadonlySet<unknown>> {
  const byName = new Map<unknown, Set<unknown>>();
  for (const [, name, option] of paths) {
    const options = byName.get(name) ?? new Set();
    byName.set(name, options.add(option));
  }
  return byName;
}

function without(tree: Tree, isGone: (name: string) => boolean): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([name]) => !isGone(name)));
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
