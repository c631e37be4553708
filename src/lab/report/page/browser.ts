/**
 * What of a browser, and of uPlot in it, do the scripts of the report use?
 *
 * Types only, and no more than is used: the rest of the project is compiled without a browser.
 */

/** The part of `window` that is used. */
export interface Page {
  readonly document: {
    querySelectorAll(selector: string): Iterable<Element>;
    getElementById(id: string): Element | null;
    createElement(name: string): Element;
    readonly documentElement: Element;
  };
  readonly uPlot: UPlot;
  getComputedStyle(element: Element): { getPropertyValue(name: string): string };
  matchMedia(query: string): { addEventListener(event: 'change', listener: () => void): void };
  addEventListener(event: string, listener: () => void): void;
  requestAnimationFrame(callback: () => void): void;
}

export interface Element {
  readonly dataset: Readonly<Record<string, string | undefined>>;
  readonly style: Record<string, string>;
  readonly clientWidth: number;
  readonly classList: { add(name: string): void; remove(name: string): void };
  readonly nextElementSibling: Element | null;
  className: string;
  textContent: string | null;
  title: string;
  ariaLive: string | null;
  append(child: Element): void;
  querySelectorAll(selector: string): Iterable<Element>;
  addEventListener(event: string, listener: (event: KeyPress) => void): void;
}

export interface KeyPress {
  readonly key: string;
  readonly altKey: boolean;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  preventDefault(): void;
}

/** A chart that is drawn. Places are in pixels, from the left and from the top of what is within its axes. */
export interface Plot {
  readonly over: Element;
  /** `idxs` has the index into the data at which the cursor is, by line, the time first; `null` where it is nowhere. */
  readonly cursor: { readonly idxs?: readonly (number | null)[] };
  posToVal(place: number, scale: 'x'): number;
  valToPos(value: number, scale: 'x'): number;
  setCursor(place: { readonly left: number; readonly top: number }): void;
  destroy(): void;
}

export interface UPlot {
  new (options: unknown, data: unknown, target: Element): Plot;
  /** Charts with the same key share a cursor. */
  sync(key: string): { readonly plots: readonly Plot[] };
}
