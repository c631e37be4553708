/**
 * Retries of retries: where a service that retries is called by one that retries, attempts multiply.
 *
 * `nested: 'once'`, the default of gateways, stops it within a process. Services in processes of their own do not see
 * what the other has tried, so along a chain of them the tries are multiplied, unless budgets end it.
 */
import { attemptsAlong, callGraph, type Way } from './call-graph.js';
import { type Finding, type Severity, found } from './finding.js';
import type { BudgetFacts, GatewayFacts } from './gateway-facts.js';
import { count } from './words.js';

/**
 * Finds the worst way through gateways that call one another, by the attempts that arrive at its end for one call at
 * its beginning.
 *
 * An error where two or more gateways of the way retry without a budget: theirs multiply for as long as the outage
 * lasts. A warning where one does. A note where all have budgets: then a call may still do it, a crowd cannot.
 */
export function retriesMultiply(all: readonly GatewayFacts[]): readonly Finding[] {
  const byName = new Map<string, GatewayFacts[]>();
  for (const facts of all) byName.set(facts.name, [...(byName.get(facts.name) ?? []), facts]);
  const nodes = [...byName].map(([name, same]) => ({
    name,
    tries: Math.max(...same.map(({ retry }) => retry?.maxTries ?? 1)),
    calls: same.flatMap(({ calls }) => calls),
  }));
  const { ways, circles } = callGraph(nodes);
  const factsOf = (way: Way): GatewayFacts[] =>
    way.map(({ name, tries }) => {
      const same = byName.get(name) as GatewayFacts[];
      return (same.find(({ retry }) => (retry?.maxTries ?? 1) === tries) ?? same[0]) as GatewayFacts;
    });
  return [
    ...circles.map((circle) => circleFound(circle, factsOf(circle))),
    ...ways
      .filter((way) => way.filter(({ tries }) => tries > 1).length > 1)
      .map((way) => wayFound(way, factsOf(way))),
  ];
}

function wayFound(way: Way, facts: readonly GatewayFacts[]): Finding {
  const attempts = attemptsAlong(way);
  const lasting = facts.reduce((product, one) => product * lastingTries(one), 1);
  const [first] = facts as [GatewayFacts];
  const names = way.map(({ name }) => name);
  const end = names.at(-1) as string;
  const unpaid = facts.filter((one) => triesOf(one) > 1 && !isPaid(one.budget));
  const severities: readonly Severity[] = ['note', 'warning'];
  const product = way.map(({ tries }) => count(tries)).join(' × ');
  return found(first, {
    rule: 'retries-multiply',
    severity: severities[unpaid.length] ?? 'error',
    number: {
      value: attempts,
      unit: 'attempts',
      says:
        `${product} = ${count(attempts)} attempts at ${end} for one call of ${names[0]} (${names.join(' → ')})` +
        (unpaid.length === 0
          ? `; the budgets let no more than ${count(lasting)} for each call last.`
          : `; ${unpaid.map(({ name }) => name).join(', ')} ${unpaid.length === 1 ? 'has' : 'have'} no budget that ends a call, so an outage keeps ${count(lasting)} for each call.`),
    },
    cure:
      `Retry in one place, next to what fails: retry: false in all but one of ${names.join(', ')}` +
      (unpaid.length === 0 ? '.' : '; leave the budgets on.'),
  });
}

function circleFound(circle: Way, facts: readonly GatewayFacts[]): Finding {
  const [first] = facts as [GatewayFacts];
  const turn = attemptsAlong(circle);
  const names = [...circle, ...circle.slice(0, 1)].map(({ name }) => name).join(' → ');
  const product = circle.map(({ tries }) => count(tries)).join(' × ');
  return found(first, {
    rule: 'retries-multiply',
    severity: turn > 1 ? 'error' : 'note',
    number: {
      value: turn,
      unit: 'attempts',
      says:
        `calls go in a circle, ${names}: ` +
        (turn > 1
          ? `each turn multiplies the attempts by ${circle.length > 1 ? `${product} = ` : ''}${count(turn)}, without end.`
          : 'no retry multiplies in it, but a call may come back to where it began.'),
    },
    cure: `Break the circle, or set retry: false in ${circle.length > 1 ? 'all of ' : ''}${circle.map(({ name }) => name).join(', ')}.`,
  });
}

function triesOf({ retry }: GatewayFacts): number {
  return retry?.maxTries ?? 1;
}

function isPaid(budget: BudgetFacts | undefined): budget is BudgetFacts {
  return budget?.whenEmpty === 'end';
}

/** Attempts per call that a lasting outage keeps: a budget lets through what successes earn. */
export function lastingTries(facts: Pick<GatewayFacts, 'retry' | 'budget'>): number {
  const tries = facts.retry?.maxTries ?? 1;
  if (!isPaid(facts.budget)) return tries;
  return Math.min(tries, 1 + facts.budget.ratio / facts.budget.cost);
}
