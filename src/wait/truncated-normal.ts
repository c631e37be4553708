/**
 * A draw from the bell curve, cut off where it would leave its bounds.
 *
 * Cut off means drawn again from the part that remains, not moved to the bound: a crowd must not gather there.
 */
import type { Random } from '../time/random.js';

const deviations = 3; // from the middle to each bound: a sixth of the range is one deviation
const tail = 0.0013498980316300933; // the share of the whole curve below -3 deviations

/**
 * Draws a number from 0 to 1, most often near 0.5: the normal distribution with a sixth as deviation, truncated.
 * Takes one draw from `random`, by the inverse of the distribution function.
 */
export function truncatedNormal(random: Random): number {
  const share = tail + (1 - 2 * tail) * random();
  const position = inverseNormal(share) / (2 * deviations) + 0.5;
  return Math.min(1, Math.max(0, position)); // the approximation errs by 1e-9 at the ends
}

/**
 * The point of the standard normal distribution below which `share` of it lies.
 *
 * @see P. J. Acklam, "An algorithm for computing the inverse normal cumulative distribution function": relative
 *   error below 1.15e-9. The tails need their own formula only below 0.02425.
 */
function inverseNormal(share: number): number {
  if (share > 0.5) return -inverseNormal(1 - share);
  if (share < 0.02425) {
    const q = Math.sqrt(-2 * Math.log(share));
    return polynomial(tailOver, q) / (q * polynomial(tailUnder, q) + 1);
  }
  const q = share - 0.5;
  const r = q * q;
  return (q * polynomial(middleOver, r)) / (r * polynomial(middleUnder, r) + 1);
}

const middleOver = [
  -39.69683028665376, 220.9460984245205, -275.9285104469687, 138.357751867269, -30.66479806614716,
  2.506628277459239,
];
const middleUnder = [
  -54.47609879822406, 161.5858368580409, -155.6989798598866, 66.80131188771972, -13.28068155288572,
];
const tailOver = [
  -0.007784894002430293, -0.3223964580411365, -2.400758277161838, -2.549732539343734, 4.374664141464968,
  2.938163982698783,
];
const tailUnder = [0.007784695709041462, 0.3224671290700398, 2.445134137142996, 3.754408661907416];

function polynomial(coefficients: readonly number[], x: number): number {
  return coefficients.reduce((sum, coefficient) => sum * x + coefficient, 0);
}
