/**
 * Cells of a heat map that are not finite. Plotly leaves them empty, as if there were nothing: a second trace fills them
 * in with colours of their own, a third marks each with its sign, and a key counts them.
 */

/** @import { ColorScale, HeatmapTrace, ScatterTrace, Theme, Trace } from "../types/plotly" */

/**
 * @typedef {object} Kind
 * @property {string} name
 * @property {string} sign  In the cell and in the key.
 * @property {number} place  On the scale of what is not finite, 0 … 1.
 * @property {(value: number) => boolean} holds
 */

/** @type {Kind[]} */
export const KINDS = [
  { name: "NaN", sign: "×", place: 0, holds: Number.isNaN },
  { name: "−∞", sign: "▼", place: 0.5, holds: (value) => value === -Infinity },
  { name: "+∞", sign: "▲", place: 1, holds: (value) => value === Infinity },
];

/** So many cells have their signs; more of them are seen by their colours alone, and would take long to draw. */
const MOST_SIGNS = 400;
/** Black on grey, green and yellow. */
const SIGN_COLOR = "#000000";

/**
 * How many values are of each kind, in words, or nothing: `3 NaN, 1 +∞`.
 * @param {ArrayLike<number>} values
 */
export const countedNotFinite = (values) => counted(values).map(({ name, count }) => `${count} ${name}`).join(", ");

/** The kinds that there are. @param {ArrayLike<number>} values @returns {(Kind & { count: number })[]} */
function counted(values) {
  const counts = KINDS.map(() => 0);
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) counts[KINDS.findIndex(({ holds }) => holds(values[i]))]++;
  }
  return KINDS.map((kind, i) => ({ ...kind, count: counts[i] })).filter(({ count }) => count > 0);
}

/**
 * The traces of a heat map: its cells, and what shows those that are not finite.
 *
 * @param {HeatmapTrace} cells
 * @param {{ values: Float32Array, theme: Theme, block?: unknown }} options
 * @returns {Trace[]}
 */
export function withNotFinite(cells, { values, theme, block }) {
  const kinds = counted(values);
  if (kinds.length === 0) return [cells];
  const filled = { ...cells, name: "not finite", z: cells.z.map(placesOf), zmin: 0, zmax: 1, showscale: false };
  const all = kinds.reduce((sum, { count }) => sum + count, 0);
  const unit = block ? " (blocks)" : "";
  return [
    ...withScale(cells, values),
    { ...filled, colorscale: theme.notFinite },
    ...(all <= MOST_SIGNS ? [signs(cells, theme)] : []),
    ...kinds.map((kind) => keyEntry(`${kind.sign} ${kind.count} ${kind.name}${unit}`, colorAt(theme.notFinite, kind.place))),
  ];
}

/** @param {ColorScale} scale @param {number} place */
const colorAt = (scale, place) => (scale.find(([position]) => position >= place) ?? scale[0])[1];

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

/** The signs in their cells. @param {HeatmapTrace} cells @param {Theme} theme @returns {ScatterTrace} */
function signs({ z, x0, dx, y0, dy }, theme) {
  const marks = z.flatMap((row, i) => Array.from(row).flatMap((value, j) =>
    (Number.isFinite(value) ? [] : [{ x: x0 + j * dx, y: y0 + i * dy, sign: kindOf(value).sign }])));
  return {
    type: "scatter",
    mode: "text",
    name: "signs",
    ...{ x: marks.map(({ x }) => x), y: marks.map(({ y }) => y), text: marks.map(({ sign }) => sign) },
    textfont: { size: 9, color: SIGN_COLOR, family: theme.font },
    showlegend: false,
    hoverinfo: "skip",
  };
}

/** @param {number} value */
const kindOf = (value) => KINDS.find(({ holds }) => holds(value)) ?? KINDS[0];

/** @param {string} name @param {string} color @returns {ScatterTrace} */
const keyEntry = (name, color) => ({
  type: "scatter",
  mode: "markers",
  name,
  ...{ x: [null], y: [null] },
  marker: { color, size: 10, symbol: "square", line: { width: 0 } },
  hoverinfo: "skip",
});

/** Where cells that are not finite stand on their scale, and a gap for the rest. @param {Float32Array} cells */
const placesOf = (cells) => cells.map((value) => (Number.isFinite(value) ? NaN : kindOf(value).place));
