/** @import { Numbers } from "../../types/plotly" */

/**
 * Exponential moving average. It starts debiased: each value is divided by the weight that has been given out so far,
 * so the first one is the first of `values` and not drawn towards zero. Gaps (null, NaN, infinities) stay gaps.
 *
 * @param {Numbers} values
 * @param {number} weight  of the past, 0 (no smoothing) up to but not including 1
 * @returns {Float64Array}
 */
export function smooth(values, weight) {
  const smoothed = new Float64Array(values.length);
  let sum = 0;
  let given = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value === null || !Number.isFinite(value)) {
      smoothed[i] = NaN;
      continue;
    }
    sum = weight * sum + (1 - weight) * value;
    given = weight * given + (1 - weight);
    smoothed[i] = sum / given;
  }
  return smoothed;
}
