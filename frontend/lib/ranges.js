/**
 * Limits of axes and colour bars that seldom change while data streams: an axis costs far more to draw than the data
 * on it, and a scale that trembles cannot be read. All functions are pure; the caller keeps the last answer and hands
 * it back as `previous`.
 */

/** @import { Numbers, Range } from "../types/plotly" */

/** Shrink only when the data takes less than this share of the range. */
const SHRINK_BELOW = 0.3;
/** How much wider than the data a first range is, on each free side. */
const PADDING = 0.15;
/** … and one that takes the place of another: the data moves, and is not to move it again at once. */
const PADDING_OF_MOVING = 0.3;
/** A smaller limit leaves so much room: the largest of many numbers varies as much from one minibatch to the next. */
const ROOM = 2;

/**
 * The smallest of 1, 2 or 5 × 10^k that is not below `magnitude`; 1 for zero.
 *
 * @param {number} magnitude
 */
export function niceCeiling(magnitude) {
  if (!(magnitude > 0) || !Number.isFinite(magnitude)) return 1;
  const exponent = Math.floor(Math.log10(magnitude));
  // Parsed and not computed: 2 * 10 ** -4 would be 0.00019999999999999998, and so would the colour bar's label.
  const sizes = [1, 2, 5, 10].map((mantissa) => Number(`${mantissa}e${exponent}`));
  return sizes.find((size) => size >= magnitude) ?? Number(`2e${exponent + 1}`);
}

/**
 * A limit for a scale from -limit to limit. It grows as soon as the data does, and shrinks only when the data would
 * fit into a limit some sizes smaller.
 *
 * @param {number | null} previous
 * @param {number} magnitude  the largest one on show
 */
export function symmetricLimit(previous, magnitude) {
  const limit = niceCeiling(magnitude);
  if (previous === null || limit > previous) return limit;
  const roomy = niceCeiling(ROOM * magnitude);
  return magnitude > 0 && roomy < SHRINK_BELOW * previous ? roomy : previous;
}

/**
 * The largest magnitude of the finite values; 0 where there is none.
 *
 * @param {Numbers} values
 */
export function largestMagnitude(values) {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const magnitude = Math.abs(values[i] ?? NaN);
    if (magnitude > largest && magnitude !== Infinity) largest = magnitude;
  }
  return largest;
}

/**
 * The smallest and the largest finite value of all arrays together.
 *
 * @param {...Numbers} arrays
 * @returns {Range | null}
 */
export function extent(...arrays) {
  let low = Infinity;
  let high = -Infinity;
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i];
      if (value === null || !Number.isFinite(value)) continue;
      if (value < low) low = value;
      if (value > high) high = value;
    }
  }
  return low <= high ? [low, high] : null;
}

/**
 * An axis range that holds all data: it grows at once, with padding, and shrinks only when the data takes less than
 * a third of it. With `from`, the lower end stays there (steps and shares start at 0). With `log`, data is positive and
 * padding is a factor.
 *
 * @param {Range | null} previous
 * @param {Range | null} data  null: there is none
 * @param {{ log?: boolean, from?: number }} [options]
 * @returns {Range}
 */
export function stickyRange(previous, data, { log = false, from } = {}) {
  if (data === null) return previous ?? (log ? [0.1, 10] : [from ?? -1, (from ?? 0) + 1]);
  const scale = (/** @type {number} */ value) => (log ? Math.log10(value) : value);
  const unscale = (/** @type {number} */ value) => (log ? 10 ** value : value);
  const low = scale(from ?? data[0]);
  const high = Math.max(scale(data[1]), low);
  const span = high - low || (log ? 1 : Math.abs(high) || 1);
  const padding = (previous === null ? PADDING : PADDING_OF_MOVING) * span;
  const wanted = [from === undefined ? low - padding : low, high + padding];
  if (previous !== null) {
    const [previousLow, previousHigh] = previous.map(scale);
    const fits = previousLow <= low && high <= previousHigh;
    if (fits && wanted[1] - wanted[0] >= SHRINK_BELOW * (previousHigh - previousLow)) return previous;
  }
  return [from ?? unscale(wanted[0]), unscale(wanted[1])];
}
