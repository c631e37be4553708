/**
 * Things that come and go by the thousand each second, and are looked at seldom.
 *
 * A `Set` would do; but it asks each thing for a hash, and is made anew again and again, which takes as long as a third of
 * a request. Here the things themselves know their neighbours.
 */

/** A thing that stands in one ring at most. Its fields are the ring's. */
export interface Linked<Owner> {
  before: Linked<Owner> | undefined;
  after: Linked<Owner> | undefined;
  /** For whom it was added; `undefined` while it stands nowhere. */
  owner: Owner | undefined;
}

export class Ring<Owner extends object, T extends Linked<Owner>> {
  #first: T | undefined;

  add(item: T, owner: Owner): void {
    const first = this.#first;
    item.owner = owner;
    item.after = first;
    if (first !== undefined) first.before = item;
    this.#first = item;
  }

  /** @returns The owner; `undefined` when it does not stand here. */
  delete(item: T): Owner | undefined {
    const { before, after, owner } = item;
    if (owner === undefined) return undefined;
    if (before === undefined) this.#first = after as T | undefined;
    else before.after = after;
    if (after !== undefined) after.before = before;
    item.before = item.after = item.owner = undefined;
    return owner;
  }

  /** What stands here now. */
  all(): T[] {
    const items: T[] = [];
    for (let item = this.#first; item !== undefined; item = item.after as T | undefined) items.push(item);
    return items;
  }
}
