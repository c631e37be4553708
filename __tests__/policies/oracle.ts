/** What a gateway must do with a trace of calls: its rules once more, plainly, with nothing of `src`. */
type Numbers<Names extends string> = Readonly<Record<Names, number>>;
type Dice = () => number;
type Pass = Numbers<'period' | 'until'>;
export interface Call extends Numbers<'id' | 'at'> {
  readonly answers: readonly { readonly ok: boolean; readonly after: number }[]; // to its attempts
  readonly isLooked: boolean; // whether the budget is looked at when it has ended
}
export interface Trace {
  readonly retry: Numbers<'timeout' | 'maxTries' | 'wait'>;
  readonly budget: Numbers<'ratio' | 'minimum' | 'maximum' | 'window' | 'error' | 'timeout'>;
  readonly trip: Numbers<'failures' | 'lasting' | 'rate' | 'size' | 'least'>; // rate: Infinity for none
  readonly probes: Numbers<'first' | 'most' | 'atOnce' | 'successes' | 'of' | 'lease'>; // after first...most ms
  readonly ramp: Numbers<'from' | 'factor' | 'every' | 'least'>; // from 1: none
  readonly hasFallback: boolean;
  readonly calls: readonly Call[];
}
/** @returns Each attempt, and each end of a call: when, how, the circuit and the budget after it. */
export function foretell({ retry, budget, trip, probes, ramp, ...trace }: Trace, dice: Dice): string[] {
  const told: string[] = [];
  const agenda: { at: number; act: (now: number) => void }[] = [];
  const later = (at: number, act: (now: number) => void): void => void agenda.push({ at, act });
  let [tokens, traffic, earned, settledAt] = [budget.minimum, 0, 0, 0];
  const settle = (now: number, refund = 0): void => {
    const passed = (now - settledAt) / budget.window;
    const kept = Math.exp(-passed);
    traffic = traffic * kept + (passed === 0 ? earned : (earned * (1 - kept)) / passed);
    const capacity = Math.min(budget.maximum, Math.max(budget.minimum, budget.ratio * traffic));
    tokens = Math.min(capacity, tokens + budget.ratio * earned + refund);
    [earned, settledAt] = [0, now];
  };
  const pays = (price: number, now: number): boolean => {
    settle(now);
    const isEnough = tokens >= price - 1e-9;
    [tokens, traffic] = isEnough ? [Math.max(0, tokens - price), traffic] : [tokens, traffic + 1];
    return isEnough;
  };
  let [state, period, retryAt, opened, streak, since, gate, stepAt] = ['closed', 0, 0, 0, 0, 0, 1, 0];
  let [good, bad, seen, leases] = [0, 0, [] as boolean[], [] as Pass[]]; // seen: which of the latest failed
  const turn = (to: string, now: number): void => {
    if (to === 'open') retryAt = now + Math.min(probes.most, probes.first * 2 ** opened);
    opened = to === 'closed' ? 0 : to === 'open' ? opened + 1 : opened;
    if (to === 'ramp') [gate, stepAt] = [ramp.from, now + ramp.every];
    [state, period, streak, good, bad, seen, leases] = [to, period + 1, 0, 0, 0, [], []];
  };
  const isBad = (least = trip.least, rate = trip.rate): boolean =>
    seen.length >= least && seen.filter(Boolean).length / seen.length >= rate;
  const isRampBad = (): boolean => isBad(ramp.least, trip.rate > 1 ? 0.5 : trip.rate);
  const admit = (now: number): Pass | undefined => {
    if (state === 'open' && now >= retryAt) turn('half-open', now);
    if (state === 'ramp' && now >= stepAt) {
      const isHeld = seen.includes(true) ? seen.length < ramp.least : seen.length === 0 && leases.length > 0;
      while (stepAt <= now) stepAt += ramp.every;
      if (isRampBad()) turn('open', now);
      else if (!isHeld) [gate, seen] = [gate * ramp.factor, []];
      if (gate >= 1) turn('closed', now);
    }
    leases = leases.filter(({ until }) => until > now);
    if (state === 'open' || (state === 'half-open' && leases.length >= probes.atOnce)) return undefined;
    if (state === 'ramp' && dice() >= gate) return undefined;
    leases.push({ period, until: state === 'half-open' ? now + probes.lease : Infinity });
    return leases.at(-1);
  };
  const hear = (pass: Pass, failed: boolean, now: number): void => {
    if (pass.period !== period || pass.until <= now) return;
    leases = leases.filter((other) => other !== pass);
    [good, bad] = failed ? [good, bad + 1] : [good + 1, bad];
    if (state === 'half-open' && bad > probes.of - probes.successes) turn('open', now);
    else if (state === 'half-open' && good === probes.successes) turn(ramp.from < 1 ? 'ramp' : 'closed', now);
    if (state === 'half-open' || pass.period !== period) return; // a probe
    seen = [...seen, failed].slice(state === 'ramp' ? 0 : -trip.size);
    [streak, since] = failed ? [streak + 1, streak === 0 ? now : since] : [0, now];
    const isStreak = streak >= trip.failures && now - since >= trip.lasting;
    if (failed && (isStreak || (state === 'ramp' ? isRampBad() : isBad()))) turn('open', now);
  };
  const finish = ({ id, isLooked }: Call, how: string, now: number): void => {
    if (isLooked) settle(now);
    const end = how !== 'value' && trace.hasFallback ? `fallback for ${how}` : how;
    const shown = state === 'open' && now >= retryAt ? 'half-open' : state;
    told.push(`${now}: call ${id} ends: ${end}, ${shown}${isLooked ? `, ${tokens.toFixed(6)}` : ''}`);
  };
  const attempt = (call: Call, tries: number, now: number, paid = 0): void => {
    const pass = admit(now);
    if (pass === undefined && paid > 0) settle(now, paid); // for a retry that is not sent
    if (pass === undefined) return finish(call, 'refusal', now);
    told.push(`${now}: call ${call.id}, attempt ${tries}`);
    const { ok, after } = call.answers[tries - 1]!;
    const how = after > retry.timeout ? 'timeout' : ok ? 'value' : 'error';
    later(now + Math.min(after, retry.timeout), (end) => {
      hear(pass, how !== 'value', end);
      if (how === 'value') earned += 1;
      const isOver = how === 'value' || tries === retry.maxTries || !pays(budget[how], end);
      if (isOver) finish(call, how, end);
      else later(end + retry.wait, (next) => attempt(call, tries + 1, next, budget[how]));
    });
  };
  for (const call of trace.calls) later(call.at, (now) => attempt(call, 1, now));
  for (let next; (next = agenda.sort((a, b) => a.at - b.at).shift()) !== undefined;) next.act(next.at);
  return told;
}
