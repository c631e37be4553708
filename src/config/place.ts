/**
 * A part of a configuration: which one it is, and where in its text it stands.
 */

/** The keys and indices that lead to a value. */
export type Path = readonly (string | number)[];

/** Counted from 1. */
export interface Place {
  readonly line: number | undefined;
  readonly column: number | undefined;
}

export const nowhere: Place = { line: undefined, column: undefined };
