/**
 * Every interleaving of three callers and the time, to a depth of steps: what a circuit may never do, and whether it
 * decides as a plain restatement of its rules does. Then the same with planted bugs, each of which must be caught.
 *
 * The thinker is loaded from its source, with its private fields laid open, so that a state can be copied and compared.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import type { CircuitRules, Permit, Verdict } from '../../src/policies/circuit-rules.js';
import type { Circuit } from '../../src/policies/circuit.js';

const folder = path.resolve(import.meta.dirname, '../../src/policies');
const files = ['windows', 'circuit-rules', 'circuit-probes', 'circuit-ramp', 'circuit']; // each after what it imports
const sources = files.map((file) => readFileSync(path.join(folder, `${file}.ts`), 'utf8'));

/** @returns All that the sources export, each file loaded once. */
function load(given: readonly string[]): any {
  const exports = {};
  for (const source of given) {
    const { outputText } = ts.transpileModule(source.replaceAll('#', '_'), {
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 },
    });
    // eslint-disable-next-line @typescript-eslint/no-implied-eval -- a copy of our own source, perhaps with a bug in it
    new Function('exports', 'require', outputText)(exports, () => exports);
  }
  return exports;
}

const { CountWindow } = load(sources);

interface Setup {
  readonly name: string;
  readonly depth: number;
  readonly callers: number;
  /** Where it begins: where everything does, or just after a recovery. */
  readonly begins?: 'ramp';
  readonly rules: Omit<CircuitRules, 'random'>;
}

const base = {
  consecutive: { failures: 2, lasting: 0 },
  failureRate: 0.5,
  slowRate: undefined,
  minCalls: { least: 3, share: 0, most: 3 },
  window: () => new CountWindow(4),
  isTimed: false,
  halfOpen: { atOnce: 1, successes: 1, of: 1, lease: 2 },
  ramp: { from: 0.25, factor: 2, every: 1, minCalls: 2 },
  openTime: (reopened: number) => 1 + Math.min(reopened, 2),
};

const setups: readonly Setup[] = [
  { name: 'one probe and a ramp', depth: 16, callers: 3, rules: base },
  {
    name: 'two of three probes, two at once, no ramp',
    depth: 16,
    callers: 3,
    rules: {
      ...base,
      failureRate: undefined,
      halfOpen: { atOnce: 2, successes: 2, of: 3, lease: 2 },
      ramp: undefined,
    },
  },
  {
    name: 'slow calls on a ramp',
    depth: 9,
    callers: 3,
    begins: 'ramp',
    rules: {
      ...base,
      failureRate: 0.6,
      consecutive: undefined,
      slowRate: 0.7,
      ramp: { ...base.ramp, every: 2 },
    },
  },
  {
    name: 'slow calls',
    depth: 12,
    callers: 3,
    rules: {
      ...base,
      failureRate: 0.6,
      consecutive: undefined,
      slowRate: 0.7,
      window: () => new CountWindow(3),
    },
  },
];

// The rules, restated.

interface Entry {
  failed: boolean;
  slow: boolean;
}

interface SpecCall {
  period: number;
  until: number;
  entry: Entry | undefined;
}

class Spec {
  state = 'closed';
  period = 0;
  opens = 0;
  retryAt = 0;
  streak = 0;
  entries: Entry[] = [];
  probes: SpecCall[] = [];
  good = 0;
  bad = 0;
  gate = 1;
  stepAt = 0;
  running: SpecCall[] = []; // on the ramp

  constructor(
    readonly rules: Setup['rules'],
    readonly size: number,
  ) {}

  ask(now: number, dice: number): SpecCall | undefined {
    if (this.state === 'open' && now >= this.retryAt) this.go('half-open');
    if (this.state === 'half-open') {
      const { atOnce, lease } = this.rules.halfOpen;
      const running = this.probes.filter(({ until }) => until > now);
      if (running.length === atOnce) return undefined;
      const probe = this.call(now + lease);
      this.probes = [...running, probe];
      return probe;
    }
    if (this.state === 'ramp') {
      this.climb(now);
      if (this.state === 'ramp' && dice >= this.gate) return undefined;
    }
    if (this.state !== 'closed' && this.state !== 'ramp') return undefined;
    const call = this.call(Infinity);
    if (this.state === 'ramp') this.running.push(call);
    return call;
  }

  end(call: SpecCall, verdict: Verdict, now: number): void {
    if (call.period !== this.period) return;
    this.running = this.running.filter((other) => other !== call);
    if (this.state === 'half-open') this.endProbe(call, verdict, now);
    else if (verdict !== 'neutral') this.count(call, verdict === 'failure', false, now);
  }

  slow(call: SpecCall, now: number): void {
    if (call.period !== this.period) return;
    if (this.state === 'half-open') this.endProbe(call, 'failure', now);
    else this.count(call, false, true, now);
  }

  private count(call: SpecCall, failed: boolean, slow: boolean, now: number): void {
    if (!slow) this.streak = failed ? this.streak + 1 : 0;
    if (call.entry !== undefined && this.entries.includes(call.entry)) {
      call.entry.failed ||= failed;
    } else if (this.state === 'ramp' ? call.entry === undefined || failed : call.entry === undefined) {
      call.entry = { failed, slow };
      this.entries.push(call.entry);
      if (this.state === 'closed') this.entries = this.entries.slice(-this.size);
    }
    if (!failed && !slow) return;
    const { consecutive, ramp, minCalls } = this.rules;
    const streak = consecutive !== undefined && this.streak >= consecutive.failures;
    const enough = this.entries.length >= (this.state === 'ramp' ? ramp!.minCalls : minCalls.most);
    if ((streak && failed) || (this.state === 'ramp' && streak) || (enough && this.isBad())) this.trip(now);
  }

  private isBad(): boolean {
    const { failureRate = this.state === 'ramp' ? 0.5 : Infinity, slowRate = Infinity } = this.rules;
    const share = (which: keyof Entry): number =>
      this.entries.filter((entry) => entry[which]).length / this.entries.length;
    return share('failed') >= failureRate || share('slow') >= slowRate;
  }

  private endProbe(call: SpecCall, verdict: Verdict, now: number): void {
    if (!this.probes.includes(call) || call.until <= now) return;
    this.probes = this.probes.filter((probe) => probe !== call);
    if (verdict === 'success') this.good += 1;
    if (verdict === 'failure') this.bad += 1;
    const { successes, of } = this.rules.halfOpen;
    const { ramp } = this.rules;
    if (this.bad > of - successes) this.trip(now);
    else if (this.good >= successes && ramp === undefined) this.go('closed');
    else if (this.good >= successes && ramp !== undefined) {
      this.go('ramp');
      this.gate = ramp.from;
      this.stepAt = now + ramp.every;
    }
  }

  private climb(now: number): void {
    const { minCalls, factor, every } = this.rules.ramp!;
    if (now < this.stepAt) return;
    while (this.stepAt <= now) this.stepAt += every;
    const trouble = this.entries.some(({ failed, slow }) => failed || slow);
    if (trouble && this.entries.length < minCalls) return;
    if (this.entries.length === 0 && this.running.length > 0) return;
    if (trouble && this.isBad()) this.trip(now);
    else {
      this.entries = [];
      this.gate *= factor;
      if (this.gate >= 1) this.go('closed');
    }
  }

  trip(now: number): void {
    this.retryAt = now + this.rules.openTime(this.opens);
    this.opens += 1;
    this.go('open');
  }

  private go(state: string): void {
    this.state = state;
    this.period += 1;
    this.entries = [];
    this.probes = [];
    this.running = [];
    this.good = this.bad = 0;
    if (state !== 'open') this.streak = 0;
    if (state === 'closed') this.opens = 0;
  }

  private call(until: number): SpecCall {
    return { period: this.period, until, entry: undefined };
  }
}

// The world: a circuit, its restatement, the callers, the time.

interface Caller {
  permit: Permit;
  readonly call: SpecCall;
  slow: boolean;
}

interface World {
  readonly circuit: Circuit & Record<string, any>;
  readonly spec: Spec;
  readonly dice: { value: number };
  readonly callers: (Caller | undefined)[];
  now: number;
}

type Action =
  | { readonly kind: 'ask'; readonly who: number; readonly dice: number }
  | { readonly kind: 'end'; readonly who: number; readonly verdict: Verdict }
  | { readonly kind: 'slow'; readonly who: number }
  | { readonly kind: 'tick' };

function copy<T>(value: T, seen = new Map<unknown, unknown>()): T {
  if (typeof value !== 'object' || value === null) return value;
  const known = seen.get(value);
  if (known !== undefined) return known as T;
  if (value instanceof Uint8Array) return value.slice() as T;
  const fresh: any = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value));
  seen.set(value, fresh);
  for (const key of Object.keys(value)) {
    const inner = (value as any)[key];
    const isFixed = key === '_rules' || key === 'rules';
    fresh[key] = isFixed ? { ...inner, random: () => seen.get('dice') } : copy(inner, seen);
  }
  return fresh;
}

/** Copies a world; the dice of the copy are its own. */
function fork(world: World): World {
  const fresh = copy(world);
  fresh.circuit['_rules'] = { ...world.circuit['_rules'], random: () => fresh.dice.value };
  return fresh;
}

/** What tells a world from another in all that follows: moments from now on, periods by whether they are this one. */
function keyOf({ circuit, spec, callers, now }: World): string {
  // How long ago does not matter, but for whether it is an odd or an even time: a step may take two.
  const from = (moment: number): number =>
    moment === Infinity ? 99 : moment - now < -4 ? -4 - ((now - moment) % 2) : moment - now;
  const { _ramp: ramp, _probes: probes } = circuit;
  const window = circuit['_window'];
  const ring: number[] = [...(window?._ring ?? [])];
  const callerKeys = callers.map((caller) => {
    if (caller === undefined) return '-';
    const { permit, call, slow } = caller;
    const isNow = permit.generation === circuit.generation;
    const place = isNow && permit.slow ? Math.min(9, (window?._next ?? 0) - permit.place) : 0;
    const entry = call.entry === undefined ? -1 : spec.entries.indexOf(call.entry);
    const isProbe = probes?._leases.includes(permit);
    return isNow
      ? [
          from(permit.until),
          permit.slow,
          place,
          permit.place === ramp?.step,
          entry,
          isProbe,
          spec.probes.includes(call),
        ].join()
      : `late ${call.period === spec.period} ${slow}`;
  });
  return JSON.stringify([
    circuit.state,
    circuit.state === 'open' ? from(circuit['_retryAt']) : 0,
    Math.min(3, circuit.reopened),
    circuit['_streak'],
    [probes?._good, probes?._bad],
    circuit.state === 'ramp'
      ? [ramp.gate, from(ramp.nextAt), ramp.calls, ramp.failures, ramp.slow, ramp.running]
      : 0,
    probes?._leases.map((lease: Permit) => from(lease.until)),
    [window?.calls, window?.failures, window?.slow, ring.slice(window?._slot), ring.slice(0, window?._slot)],
    [spec.state, from(spec.retryAt), Math.min(3, spec.opens), spec.streak, spec.good, spec.bad],
    spec.state === 'ramp' ? [spec.gate, from(spec.stepAt), spec.running.length] : 0,
    spec.entries,
    callerKeys.sort(),
  ]);
}

function actionsIn({ callers, circuit }: World, { rules }: Setup): Action[] {
  const actions: Action[] = [{ kind: 'tick' }];
  const idle = callers.indexOf(undefined); // one idle caller is as good as another
  if (idle >= 0) {
    actions.push({ kind: 'ask', who: idle, dice: 0 });
    if (circuit.state === 'ramp') actions.push({ kind: 'ask', who: idle, dice: 0.99 });
  }
  for (const [who, caller] of callers.entries()) {
    if (caller === undefined) continue;
    for (const verdict of ['success', 'failure', 'neutral'] as const)
      actions.push({ kind: 'end', who, verdict });
    if (rules.slowRate !== undefined && !caller.slow) actions.push({ kind: 'slow', who });
  }
  return actions;
}

/** Takes a step. @returns What was wrong about it, if anything. */
function step(world: World, action: Action, setup: Setup): string | undefined {
  const { circuit, spec, callers, dice } = world;
  const before = { state: circuit.state, generation: circuit.generation, key: '' };
  if (action.kind === 'tick') world.now += 1;
  else if (action.kind === 'ask') {
    dice.value = action.dice;
    const permit = circuit.admit(world.now);
    const call = spec.ask(world.now, action.dice);
    if ((permit === undefined) !== (call === undefined)) return `admits: ${permit !== undefined}`;
    if (permit && call) callers[action.who] = { permit, call, slow: false };
  } else {
    const caller = callers[action.who]!;
    const isLate = caller.permit.generation !== circuit.generation;
    const isSilent = action.kind === 'end' && action.verdict === 'neutral';
    if (action.kind === 'slow') {
      caller.permit = circuit.slow(caller.permit, world.now);
      spec.slow(caller.call, world.now);
      caller.slow = true;
    } else {
      circuit.end(caller.permit, action.verdict, world.now);
      spec.end(caller.call, action.verdict, world.now);
      callers[action.who] = undefined;
    }
    if ((isLate || isSilent) && circuit.state !== before.state) return 'changed by a late or neutral result';
  }
  if (circuit.state !== spec.state) return `is ${circuit.state}, not ${spec.state}`;
  if (circuit.state === 'open' && circuit.retryAt !== spec.retryAt) return 'opens for another time';
  const changes = circuit.generation - before.generation;
  if (changes !== (circuit.state === before.state ? 0 : 1)) return `counts ${changes} periods`;
  const probes = callers.filter(
    (caller) =>
      circuit.state === 'half-open' &&
      caller?.permit.generation === circuit.generation &&
      caller.permit.until > world.now &&
      !caller.slow,
  );
  if (probes.length > setup.rules.halfOpen.atOnce) return `${probes.length} probes under way`;
  return undefined;
}

/** Whether the circuit closes again when everything succeeds from now on, though those who are calling never end. */
function recovers(world: World): boolean {
  const { circuit, dice } = fork(world);
  let { now } = world;
  dice.value = 0;
  for (let round = 0; round < 20; round++) {
    now += 4;
    const permit = circuit.admit(now);
    if (permit === undefined) continue; // it may look at what has failed before, and open once more
    circuit.end(permit, 'success', now);
    if (circuit.state === 'closed') return true;
  }
  return false;
}

/** Opens, lets the time pass, and lets a probe succeed. */
function toRamp(world: World): void {
  const { circuit, spec } = world;
  circuit.open(0);
  spec.trip(0);
  world.now = circuit.retryAt;
  circuit.end(circuit.admit(world.now) as Permit, 'success', world.now);
  spec.end(spec.ask(world.now, 0) as SpecCall, 'success', world.now);
}

interface Found {
  readonly states: number;
  readonly steps: number;
  readonly fault: string | undefined;
}

function explore(setup: Setup, given = sources): Found {
  const { Circuit: Loaded } = load(given);
  const dice = { value: 0 };
  const size = (setup.rules.window?.() as any)?._size ?? 0;
  const rules = { ...setup.rules, random: () => dice.value };
  const first: World = fork({
    circuit: new Loaded(rules),
    spec: new Spec(setup.rules, size),
    dice,
    callers: Array.from({ length: setup.callers }, () => undefined),
    now: 0,
  });
  if (setup.begins === 'ramp') toRamp(first);
  const known = new Set([keyOf(first)]);
  let border: { world: World; path: string }[] = [{ world: first, path: '' }];
  let steps = 0;
  for (let depth = 0; depth < setup.depth; depth++) {
    const next: typeof border = [];
    for (const { world, path: way } of border) {
      for (const action of actionsIn(world, setup)) {
        const after = fork(world);
        const name = `${way} ${Object.values(action).join(':')}`;
        const fault = step(after, action, setup);
        steps += 1;
        if (fault !== undefined) return { states: known.size, steps, fault: `${fault} after${name}` };
        const key = keyOf(after);
        if (known.has(key)) continue;
        known.add(key);
        if (!recovers(after)) return { states: known.size, steps, fault: `stuck after${name}` };
        next.push({ world: after, path: name });
      }
    }
    border = next;
  }
  return { states: known.size, steps, fault: undefined };
}

describe('every interleaving of three callers', () => {
  it.each(setups)('keeps the rules: $name', (setup) => {
    const { states, steps, fault } = explore(setup);

    expect(fault).toBeUndefined();
    expect(states).toBeGreaterThan(1000);
    console.info(`${setup.name}: ${states} states, ${steps} steps, depth ${setup.depth}`);
  });
});

/** What is planted: a title, what stands in the source, what stands there instead. */
const bugs: readonly (readonly [string, string, string])[] = [
  [
    'late results count',
    `if (permit.generation !== this.#generation) return;\n    if (this.#state`,
    `if (this.#state`,
  ],
  [
    'a late slow call counts',
    `if (permit.generation !== this.#generation || permit.slow) return permit;`,
    `if (permit.slow) return permit;`,
  ],
  [
    'a cancelled probe is a success',
    `if (verdict === 'success') this.#good`,
    `if (verdict !== 'failure') this.#good`,
  ],
  ['a cancelled probe is a failure', `else if (verdict === 'failure') this.#bad`, `else this.#bad`],
  [
    'a cancelled probe keeps its place',
    `this.#leases.splice(place, 1);`,
    `if (verdict !== 'neutral') this.#leases.splice(place, 1);`,
  ],
  ['probes keep their places for ever', `until > now`, `until > 0`],
  ['a probe too many', `this.#leases.length >= atOnce`, `this.#leases.length > atOnce`],
  ['a probe counts whose place is gone', ` || permit.until <= now) return`, `) return`],
  ['a probe counts twice', `this.#leases.splice(place, 1);`, ``],
  ['one success is always enough', `this.#good >= successes`, `this.#good >= 1`],
  ['one failed probe is always too many', `this.#bad > of - successes`, `this.#bad > 0`],
  [
    'probes of earlier times add up',
    `? new Probes(this.#rules.halfOpen) : undefined`,
    `? (this.#probes ?? new Probes(this.#rules.halfOpen)) : this.#probes`,
  ],
  ['the open time never grows', `this.#reopened += 1;`, ``],
  ['the open time never shrinks', `this.#reopened = 0;`, ``],
  ['the open time ends early', `now >= this.#retryAt) this`, `now >= this.#retryAt - 1) this`],
  [
    'a success does not end a row of failures',
    `this.#streak = 0;\n    if (!permit.slow)`,
    `if (!permit.slow)`,
  ],
  ['neutral ends are failures', `else if (verdict === 'failure') this.#failed`, `else this.#failed`],
  [
    'neutral ends are failures on a ramp',
    `if (verdict === 'neutral') return;\n    const isFailure = verdict === 'failure'`,
    `const isFailure = verdict !== 'success'`,
  ],
  ['a slow call counts twice', `if (!permit.slow) this.#window`, `this.#window`],
  [
    'a slow failure is another call',
    `if (permit.slow) this.#window?.addFailure(permit.place, now);\n    else `,
    ``,
  ],
  ['what was before the outage counts again', `this.#window?.clear(now);`, ``],
  [
    'a slow call marks all others',
    `permit === this.#shared ? new Permit(this.#generation, Infinity) : permit`,
    `permit`,
  ],
  ['a ramp lets everybody through', `this.#rules.random() >= ramp.gate`, `false`],
  ['a ramp climbs through failures', `if (this.isBad()) return 'fall';`, ``],
  [
    'a ramp climbs though a failure stands alone',
    `return this.calls >= this.#rules.minCalls;`,
    `return true;`,
  ],
  ['a ramp makes up for steps that nobody took', `(1 + Math.floor((now - this.nextAt) / every))`, `1`],
  [
    'a ramp loses its beat after a stall',
    `this.nextAt += every * (1 + Math.floor((now - this.nextAt) / every))`,
    `this.nextAt = now + every`,
  ],
  ['a ramp climbs while nothing comes back', ` || this.running === 0;`, ` || true;`],
  [
    'a ramp stays where it is when nobody calls',
    `return this.calls > 0 || this.running === 0;`,
    `return this.calls > 0;`,
  ],
  [
    'a cancelled call is under way for ever',
    `ramp.running -= 1;\n    if (verdict === 'neutral') return;`,
    `if (verdict === 'neutral') return;\n    ramp.running -= 1;`,
  ],
  ['a slow call counts twice on a ramp', `: !permit.slow)`, `: true)`],
  ['a slow failure is another call on a ramp', `isFailure ? permit.place !== this.step`, `isFailure ? true`],
  [
    'a failure that was slow in an earlier step is no call of this one',
    `isFailure ? permit.place !== this.step`,
    `isFailure ? !permit.slow`,
  ],
  ['a success does not end a row of failures on a ramp', `else this.#streak = 0;\n    ramp`, `ramp`],
  ['a ramp looks at failures only when it climbs', `if (this.#isStreak(now) || ramp.isBad())`, `if (false)`],
  ['changes do not begin a new period', `this.#generation += 1;`, ``],
  [
    'a success after too few calls opens',
    `this.#streak < consecutive.failures`,
    `this.#streak < consecutive.failures - 1`,
  ],
];

describe('the model check', () => {
  it.each(bugs)('catches: %s', (_, from, to) => {
    expect(sources.join('').split(from)).toHaveLength(2);
    const planted = sources.map((source) => source.replace(from, () => to));

    const caught = setups.some((setup) => explore(setup, planted).fault !== undefined);

    expect(caught).toBe(true);
  });
});
