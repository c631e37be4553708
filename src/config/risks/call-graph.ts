/**
 * Who calls whom: the longest way from one gateway to another, counted in attempts, and the ways that lead back.
 *
 * A way is measured by the product of its tries. Each gateway is visited once for every place that a way begins, so a
 * file with many diamonds takes no longer than one without.
 */

/** A gateway in the graph. */
export interface Node {
  readonly name: string;
  /** Attempts that one call of it makes at most. */
  readonly tries: number;
  readonly calls: readonly string[];
}

/** From the gateway that nobody calls to the one that calls nobody. */
export type Way = readonly Node[];

/** A graph without its circles, and the circles. */
export interface CallGraph {
  /** The worst way from each gateway that nobody calls to each that calls nobody; the worst of all first. */
  readonly ways: readonly Way[];
  /** Each begins with the gateway that was come to first; the last calls the first. */
  readonly circles: readonly Way[];
}

/** Looks through the graph. A name that is called and is no gateway is left out. */
export function callGraph(nodes: readonly Node[]): CallGraph {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  const circles: Way[] = [];
  const forward = new Map<string, readonly Node[]>(); // calls, but for those that close a circle
  const trail: Node[] = [];
  const order: Node[] = []; // who is called stands before who calls

  const walk = (node: Node): void => {
    trail.push(node);
    forward.set(node.name, []);
    const called = [...new Set(node.calls)].flatMap((name) => byName.get(name) ?? []);
    const onward = called.filter((next) => {
      const start = trail.indexOf(next);
      if (start !== -1) circles.push(trail.slice(start));
      else if (!forward.has(next.name)) walk(next);
      return start === -1;
    });
    forward.set(node.name, onward);
    trail.pop();
    order.push(node);
  };
  const called = new Set(nodes.flatMap(({ name, calls }) => calls.filter((one) => one !== name)));
  const roots = nodes.filter(({ name }) => !called.has(name));
  for (const node of [...roots, ...nodes]) if (!forward.has(node.name)) walk(node);

  // In a circle everybody is called: then whoever was walked from first is as good a beginning as any.
  const reached = new Set([...forward.values()].flat());
  const beginnings = nodes.filter((node) => !reached.has(node));
  const callersFirst = order.toReversed();
  const isEnd = ({ calls }: Node): boolean => !calls.some((name) => byName.has(name));
  const ways = beginnings.flatMap((from) =>
    waysFrom(from, callersFirst, forward).filter((way) => way.length > 1 && isEnd(way.at(-1) as Node)),
  );
  return { ways: ways.toSorted((a, b) => attemptsAlong(b) - attemptsAlong(a)), circles };
}

/** The product of the tries along a way. */
export function attemptsAlong(way: Way): number {
  return way.reduce((product, { tries }) => product * tries, 1);
}

/** The worst way to each that can be reached. */
function waysFrom(
  from: Node,
  callersFirst: readonly Node[],
  forward: ReadonlyMap<string, readonly Node[]>,
): Way[] {
  const worst = new Map<Node, Way>([[from, [from]]]);
  for (const node of callersFirst) {
    const way = worst.get(node);
    if (way === undefined) continue;
    for (const next of forward.get(node.name) ?? []) {
      const longer = [...way, next];
      const known = worst.get(next);
      if (known === undefined || attemptsAlong(longer) > attemptsAlong(known)) worst.set(next, longer);
    }
  }
  return [...worst.values()];
}
