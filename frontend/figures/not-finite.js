/**
 * Cells of a heat map that are not finite. Plotly leaves them empty, as if there were nothing: a second trace fills them
 * in, and a key names their colours.
 */

/** @import { ColorScale, HeatmapTrace, ScatterTrace, Theme, Trace } from "../types/plotly" */

/**
 * The traces of a heat map: its cells, and what shows those that are not finite.
 *
 * @param {HeatmapTrace} cells
 * @param {{ values: Float32Array, theme: Theme }} options
 * @returns {Trace[]}
 */
export function withNotFinite(cells, { values, theme }) {
  if (values.every(Number.isFinite)) return [cells];
  const filled = { ...cells, name: "not finite", z: cells.z.map(kindsOf), zmin: 0, zmax: 1, showscale: false };
  const key = [
    ...(values.some(Number.isNaN) ? [keyEntry("NaN", theme.notFinite[0])] : []),
    ...(values.some(isInfinite) ? [keyEntry("infinite", theme.notFinite[theme.notFinite.length - 1])] : []),
  ];
  return [...withScale(cells, values), { ...filled, colorscale: theme.notFinite }, ...key];
}

/** @param {number} value */
const isInfinite = (value) => Math.abs(value) === Infinity;

/**
 * A trace without any finite value is invisible to Plotly, its colour bar with it. One cell of zero keeps the bar; what
 * is filled in covers it.
 *
 * @param {HeatmapTrace} cells
 * @param {Float32Array} values
 * @returns {HeatmapTrace[]}
 */
function withScale(cells, values) {
  if (values.some(Number.isFinite)) return [cells];
  const scale = { ...cells, name: "scale", z: [Float32Array.of(0)], text: undefined, hovertemplate: undefined };
  return [{ ...cells, showscale: false }, { ...scale, hoverinfo: /** @type {const} */ ("skip") }];
}

/** @param {string} name @param {ColorScale[number]} stop @returns {ScatterTrace} */
const keyEntry = (name, [, color]) => ({
  type: "scatter",
  mode: "markers",
  name,
  ...{ x: [null], y: [null] },
  marker: { color, size: 10, symbol: "square", line: { width: 0 } },
  hoverinfo: "skip",
});

/** 0 for a cell that is not a number, 1 for an infinite one, and a gap for the rest. @param {Float32Array} cells */
function kindsOf(cells) {
  const kinds = new Float32Array(cells.length).fill(NaN);
  for (let i = 0; i < cells.length; i++) {
    if (Number.isNaN(cells[i])) kinds[i] = 0;
    else if (!Number.isFinite(cells[i])) kinds[i] = 1;
  }
  return kinds;
}
