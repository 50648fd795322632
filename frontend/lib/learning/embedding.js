/**
 * How the embedding's map is measured: arrows that are seen, however small a step is, and what one points at.
 *
 * @import { Cells } from "../../components/picture/pointing.js"
 */

/** The longest arrow, as a share of the map: drawn anew with this length where it would be far longer or shorter. */
const LENGTH = 0.15;
const BOUNDS = [0.03, 0.3];

/**
 * How many times larger than they are arrows are drawn: 1, 2 or 5 times a power of ten, kept for as long as it does.
 * @param {number | null} previous @param {number} longest @param {number} size  Of the map.
 */
export function magnification(previous, longest, size) {
  if (!(longest > 0 && size > 0 && Number.isFinite(longest))) return previous ?? 1;
  const share = ((previous ?? 0) * longest) / size;
  if (previous !== null && share >= BOUNDS[0] && share <= BOUNDS[1]) return previous;
  const wanted = (LENGTH * size) / longest;
  const power = 10 ** Math.floor(Math.log10(wanted));
  const mantissa = [5, 2, 1].find((each) => each * power <= wanted) ?? 1;
  return mantissa * power;
}

/**
 * @param {[Float64Array, Float64Array]} from @param {Float64Array[]} steps @param {number} times
 */
export const arrowEnds = ([x, y], [dx, dy], times) => ({
  x: x.map((value, i) => value + times * dx[i]),
  y: y.map((value, i) => value + times * dy[i]),
});

/** So far from a character, as a share of the map, one still points at it; and half as wide is its outline. */
const NEAR = 0.05;

/**
 * What stands where on the map, for pointing and for outlines: characters are rows of C.
 * @param {Float64Array} x @param {Float64Array} y @param {number} size  Of the map.
 * @returns {Cells}
 */
export function characterCells(x, y, size) {
  const near = NEAR * size;
  return {
    tensor: "C", rows: x.length, columns: 1, order: x, block: [1, 1],
    cellAt: (row) => (row >= 0 && row < x.length ? [row, 0] : null),
    placesOf: ([row]) => (row === null || row === undefined ? [] : [
      // Places begin half a cell before their number.
      { row: y[row] - near / 2 + 0.5, column: x[row] - near / 2 + 0.5, rows: near, columns: near }]),
    placeAt(left, up) {
      const distances = Array.from(x, (value, i) => Math.hypot(value - left, y[i] - up));
      const nearest = distances.indexOf(Math.min(...distances));
      return distances[nearest] <= near ? [nearest, 0] : null;
    },
  };
}
