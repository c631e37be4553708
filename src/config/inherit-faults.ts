/**
 * Names that lead nowhere: policies and gateways that nobody knows, and policies that start from themselves.
 */
import { nearest } from '../core.js';
import type { PlacedFault } from './config-error.js';
import type { Path } from './place.js';
import { presets } from './presets.js';
import type { StampedeSettings } from './settings.js';

/** A way of policies that is longer is not meant, and takes long to follow from each of them. */
const longestWay = 100;

/** All such names of a configuration. */
export function inheritanceFaults(settings: StampedeSettings): readonly PlacedFault[] {
  const { policies = {}, gateways = {} } = settings;
  const knownPolicies = [...new Set([...Object.keys(policies), ...Object.keys(presets)])];
  const unknown = (kind: 'policy' | 'gateway', name: string, path: Path): readonly PlacedFault[] => {
    const known = kind === 'policy' ? knownPolicies : Object.keys(gateways);
    if (known.includes(name)) return [];
    const allowed = `names no ${kind}; there are ${known.join(', ')}`;
    return [{ path, allowed, didYouMean: nearest(name, known) }];
  };
  return [
    ...Object.entries(policies).flatMap(([name, { extends: above }]) => {
      const path = ['policies', name, 'extends'];
      if (above === undefined) return [];
      return [...unknown('policy', above, path), ...circle(settings, name, path)];
    }),
    ...Object.entries(gateways).flatMap(([name, { policy, calls = [] }]) => [
      ...(policy === undefined ? [] : unknown('policy', policy, ['gateways', name, 'policy'])),
      ...calls.flatMap((called, index) => unknown('gateway', called, ['gateways', name, 'calls', index])),
    ]),
  ];
}

function circle(settings: StampedeSettings, name: string, path: Path): readonly PlacedFault[] {
  const way = [name];
  for (;;) {
    const last = way[way.length - 1] as string;
    const above = aboveIn(settings, last);
    if (above === undefined || aboveIn(settings, above) === undefined) return [];
    if (above === last && Object.hasOwn(presets, above)) return []; // its own name: the one that needs no file
    if (way.includes(above)) {
      return above === name ? [{ path, allowed: `starts from itself: ${[...way, above].join(' → ')}` }] : [];
    }
    if (way.length === longestWay)
      return [{ path, allowed: `leads through more than ${longestWay} policies` }];
    way.push(above);
  }
}

function aboveIn({ policies = {} }: StampedeSettings, name: string): string | undefined {
  return Object.hasOwn(policies, name) ? policies[name]?.extends : undefined;
}

/** Whether all that a policy starts from is there. */
export function isRooted(settings: StampedeSettings, name: string): boolean {
  const { policies = {} } = settings;
  const seen = new Set<string>();
  for (let at = name; Object.hasOwn(policies, at);) {
    const above = policies[at]?.extends;
    if (above === undefined) return true;
    if (above === at) return Object.hasOwn(presets, above);
    if (seen.has(above) || seen.size > longestWay) return false;
    seen.add(above);
    at = above;
    if (!Object.hasOwn(policies, at)) return Object.hasOwn(presets, at);
  }
  return Object.hasOwn(presets, name);
}
