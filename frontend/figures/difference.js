/** @import { Figure, Numbers, Theme } from "../types/plotly" */
/** @import { Axis } from "../lib/axes.js" */

import { whole } from "../lib/format.js";
import { heatmap } from "./heatmap.js";
import { plainText, shortNumber } from "./text.js";

/** Texts of more cells take longer to write than anybody waits for. */
const MOST_DESCRIBED = 65_536;

/**
 * @typedef {object} Compared
 * @property {Float32Array} values  A − B, cell by cell
 * @property {number} largest  the largest magnitude of a finite difference
 * @property {number} cell  where it is; −1 where no cell differs by a finite number
 */

/**
 * Cell by cell the one less the other. Equal infinities do not differ.
 *
 * @param {ArrayLike<number>} a
 * @param {ArrayLike<number>} b  as many
 * @returns {Compared}
 */
export function differenceOf(a, b) {
  const values = new Float32Array(a.length);
  let largest = 0;
  let cell = -1;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i] === b[i] ? 0 : a[i] - b[i];
    values[i] = difference;
    const magnitude = Math.abs(difference);
    if (magnitude > largest && magnitude !== Infinity) {
      largest = magnitude;
      cell = i;
    }
  }
  return { values, largest, cell };
}

/**
 * @typedef {object} Seen
 * @property {Compared} compared
 * @property {number} columns
 * @property {{ rows: Axis, columns: Axis }} axes
 * @property {[number, number] | null} block  how many rows and columns of the tensor each cell stands for
 */

/** Which row and which column a cell is. @param {number} cell @param {Omit<Seen, "compared">} seen */
function labelsOf(cell, { columns, axes, block }) {
  const [rowsPerCell, columnsPerCell] = block ?? [1, 1];
  const [row, column] = [Math.floor(cell / columns), cell % columns];
  return [
    axes.rows.labels?.[row] ?? String(row * rowsPerCell),
    axes.columns.labels?.[column] ?? String(column * columnsPerCell),
  ];
}

/** The largest difference, and where it is. @param {Seen} seen */
export function largestOf(seen) {
  const { values, largest, cell } = seen.compared;
  const [rowLabel, columnLabel] = labelsOf(Math.max(cell, 0), seen);
  if (cell >= 0) return `largest ${shortNumber(largest, 4)} at (${rowLabel}, ${columnLabel})`;
  return values.every((value) => value === 0) ? "no cell differs" : "no finite difference";
}

/**
 * How many cells differ, and what stands in that which differs most.
 * @param {Compared} compared @param {Numbers} a @param {Numbers} b
 */
export function verdictOf({ values, largest, cell }, a, b) {
  const differing = values.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  if (differing === 0) return "no cell differs: equal to the last bit";
  const cells = `${whole(differing)} of ${whole(values.length)} cells differ`;
  if (cell < 0) return cells;
  return `${cells}, by ${shortNumber(largest, 4)} at most: A ${shortNumber(a[cell] ?? NaN, 4)}, B ${shortNumber(b[cell] ?? NaN, 4)}`;
}

/**
 * How a tensor differs between two sessions, as colours: red where it is more in A, blue where it is more in B.
 *
 * @param {Seen & {
 *   tensor: string,
 *   a: Numbers,
 *   b: Numbers,
 *   limit: number,
 *   theme: Theme,
 *   detail: boolean,
 * }} options
 * @returns {Figure}
 */
export function difference({ tensor, a, b, limit, theme, detail, ...seen }) {
  const { compared: { values }, columns, axes, block } = seen;
  const name = `${tensor}: A − B`;
  /** @param {number} row @param {number} column @param {number} value */
  const describe = (row, column, value) => {
    const cell = row * columns + column;
    const [ours, theirs] = [a, b].map((of) => shortNumber(of[cell] ?? NaN, 6));
    const [rowLabel, columnLabel] = labelsOf(cell, seen);
    return [
      `${axes.rows.title} ${rowLabel}`, `${axes.columns.title} ${columnLabel}`,
      `A ${ours}`, `B ${theirs}`, `A − B ${shortNumber(value, 6)}`,
    ];
  };
  const many = values.length > MOST_DESCRIBED;
  const figure = heatmap({
    // While it moves the number stands beside the picture only: a title that changes has Plotly draw all axes anew.
    values, rows: values.length / columns, columns, title: detail ? `${name}, ${largestOf(seen)}` : name, theme,
    detail: detail && !many, limit, block, scale: "diverging", valueTitle: "A − B", describe,
    rowTitle: axes.rows.title, columnTitle: axes.columns.title,
    rowLabels: axes.rows.labels, columnLabels: axes.columns.labels,
  });
  const [cells, ...others] = figure.data;
  return {
    data: detail && many ? [{ ...cells, .../** @type {object} */ (numbersOf(a, b, seen)) }, ...others] : figure.data,
    // A zoom holds whatever the largest difference becomes.
    layout: { ...figure.layout, uirevision: name },
  };
}

/**
 * Hover texts that Plotly writes, only of the cell under the pointer: with them rows and columns have numbers alone.
 *
 * @param {Numbers} a @param {Numbers} b @param {Seen} seen
 */
function numbersOf(a, b, { columns, axes, block }) {
  const rowsOf = (/** @type {Numbers} */ values) => {
    const cells = Float32Array.from(values, (value) => value ?? NaN);
    return Array.from({ length: cells.length / columns }, (_, row) => cells.subarray(row * columns, (row + 1) * columns));
  };
  // A block's cell stands at its middle.
  const near = block ? ", about" : "";
  return {
    text: rowsOf(a),
    customdata: rowsOf(b),
    hovertemplate: `${plainText(axes.rows.title)}${near} %{y:.0f}<br>${plainText(axes.columns.title)}${near} %{x:.0f}<br>`
      + "A %{text:.6g}<br>B %{customdata:.6g}<br>A − B %{z:.6g}<extra></extra>",
  };
}
