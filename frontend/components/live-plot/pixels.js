/**
 * From values to pixels, to the hundredth where Plotly has them.
 *
 * @import { AreaAxis, PlotArea } from "../../types/plotly"
 */

/**
 * From a value on the axis to pixels of the area.
 *
 * @param {AreaAxis} axis
 * @param {number} length
 * @returns {(value: number) => number}
 */
export function pixelsAlong({ range: [start, end], log }, length) {
  const factor = length / (end - start);
  // Multiplied out and rounded as Plotly does, so that both fall on the same pixel.
  const offset = -factor * start;
  const toPixel = (/** @type {number} */ value) => Math.round(100 * (factor * value + offset)) / 100;
  return log ? (value) => toPixel(Math.log10(value)) : toPixel;
}

/** @param {PlotArea} area */
export const pixelsOf = ({ x, y, width, height }) => ({
  toX: pixelsAlong(x, width),
  // An upright axis begins at the bottom, pixels begin at the top.
  toY: pixelsAlong({ range: [y.range[1], y.range[0]], log: y.log }, height),
});
