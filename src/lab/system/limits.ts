/**
 * How often the protected columns try, and for how long. The bounds of `bounds.ts` are made of these numbers.
 */
import type { Ms } from '../../core.js';

/** Of a call, the first included. */
export const maxTries = 4;

/** An answer after that is of no use. */
export const attemptTimeout: Ms = 250;

/** Of a call, all its tries and waits included. */
export const deadline: Ms = 1500;

/** The longest first wait; each that follows may be twice as long, and each is drawn between nothing and that. */
export const firstWait: Ms = 100;
