/**
 * Several calls at once, each made in an asynchronous context of its own, and notes of where their callbacks run.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

const context = new AsyncLocalStorage<string>();

/** Runs `work` in the context named `id`. */
export function within<T>(id: string, work: () => T): T {
  return context.run(id, work);
}

/** Notes what ran for which call, and what of it ran in the context of another. */
export class Notes {
  readonly wrong: string[] = [];
  readonly #heard = new Set<string>();

  /** @param id  The call that it runs for. */
  note(what: string, id: unknown): void {
    const where = context.getStore();
    this.#heard.add(what);
    if (where !== id) this.wrong.push(`${what} of ${String(id)} in the context of ${String(where)}`);
  }

  /** All that was noted, sorted. */
  get heard(): readonly string[] {
    return [...this.#heard].sort();
  }
}

/** Calls in a context, for which the text is their only argument. */
export const ids = ['a', 'b', 'c', 'd'] as const;

/** Makes a call in each context, one after the other, and waits until all have ended. */
export function inEach(call: (id: string) => unknown): Promise<PromiseSettledResult<unknown>[]> {
  return Promise.allSettled(ids.map((id) => context.run(id, async () => call(id))));
}

/** A function that fails so many times for each call, and then gives its argument. Notes each attempt. */
export function failing(notes: Notes, times: number, what = 'attempt') {
  const attempts = new Map<string, number>();
  return async (id: string): Promise<string> => {
    const tries = (attempts.get(id) ?? 0) + 1;
    attempts.set(id, tries);
    notes.note(what, id);
    await null;
    notes.note(`${what}, past an await`, id);
    if (tries <= times) throw new Error(id);
    return id;
  };
}
