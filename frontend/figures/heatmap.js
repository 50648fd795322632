/** @import { Axis, Figure, HeatmapTrace, ScatterTrace, Theme } from "../types/plotly" */

import { largestMagnitude, niceCeiling } from "../lib/ranges.js";
import { axisTitle, layoutOf } from "./layout.js";
import { plainText, shortNumber } from "./text.js";

const LABEL_WIDTH = 6.5;

/**
 * @typedef {object} HeatmapOptions
 * @property {Float32Array} values  rows × columns, row by row
 * @property {number} rows
 * @property {number} columns
 * @property {string} title
 * @property {Theme} theme
 * @property {boolean} detail
 * @property {string} valueTitle  what the colour stands for
 * @property {string} rowTitle  what the rows are
 * @property {string} columnTitle
 * @property {string[]} [rowLabels]  one per row
 * @property {string[]} [columnLabels]
 * @property {number} [limit]  the colours span from -limit (sequential: from 0) to limit
 * @property {"diverging" | "sequential"} [scale]
 * @property {[number, number] | null} [block]  how many of the tensor's rows and columns each cell stands for
 * @property {(row: number, column: number, value: number) => string} [describe]  the hover text of a cell
 * @property {number | null} [highlightedRow]
 */

/**
 * A tensor as rows × columns of colours, row 0 at the top. Cells that are not finite take colours of their own.
 *
 * @param {HeatmapOptions} options
 * @returns {Figure}
 */
export function heatmap(options) {
  const { values, rows, columns, title, theme, scale = "diverging", highlightedRow = null } = options;
  if (values.length !== rows * columns) {
    throw new RangeError(`${title}: ${values.length} values are not ${rows} rows × ${columns} columns.`);
  }
  const limit = options.limit ?? niceCeiling(largestMagnitude(values));
  const cells = valueTrace(options, limit);
  const data = [cells, ...notFinite(cells, options)];
  const rowLabels = labelsOf(options, "row");
  const low = scale === "diverging" ? -limit : 0;
  const layout = layoutOf({
    title,
    summary:
      `${title}. Heat map of ${rows} rows (${options.rowTitle}) and ${columns} columns (${options.columnTitle}), ` +
      `${options.valueTitle} from ${shortNumber(low)} to ${shortNumber(limit)}.`,
    theme,
    xaxis: { title: axisTitle(options.columnTitle), ...cellAxis(cells.x0, cells.dx, labelsOf(options, "column")) },
    yaxis: { title: axisTitle(options.rowTitle), ...cellAxis(cells.y0, cells.dy, rowLabels) },
    margin: { l: leftMargin(rowLabels), r: 78 },
  });
  layout.yaxis.range.reverse();
  if (highlightedRow === null) return { data, layout };
  return { data: [...data, outline(cells, highlightedRow, layout.xaxis.range, theme)], layout };
}

/**
 * @param {HeatmapOptions} options
 * @param {number} limit
 * @returns {HeatmapTrace}
 */
function valueTrace(options, limit) {
  const { values, rows, columns, theme, scale = "diverging", block, detail } = options;
  const [blockRows, blockColumns] = block ?? [1, 1];
  const low = scale === "diverging" ? -limit : 0;
  const z = Array.from({ length: rows }, (_, row) => values.subarray(row * columns, (row + 1) * columns));
  return {
    type: "heatmap",
    name: options.valueTitle,
    z,
    // A cell covers all rows and columns of its block, so that the axes count those of the tensor.
    ...{ x0: (blockColumns - 1) / 2, dx: blockColumns, y0: (blockRows - 1) / 2, dy: blockRows },
    ...{ zmin: low, zmax: limit },
    colorscale: theme[scale],
    showscale: true,
    colorbar: colorBar(low, limit, options.valueTitle),
    ...(detail && hoverTexts(z, options)),
  };
}

/** @param {Float32Array[]} z @param {HeatmapOptions} options */
function hoverTexts(z, options) {
  const rowLabels = labelsOf(options, "row").map(plainText);
  const columnLabels = labelsOf(options, "column").map(plainText);
  const describe =
    options.describe ??
    ((row, column, value) =>
      `${plainText(options.rowTitle)} ${rowLabels[row]}<br>${plainText(options.columnTitle)} ${columnLabels[column]}` +
      `<br>${plainText(options.valueTitle)} ${shortNumber(value, 6)}`);
  return {
    text: z.map((cells, row) => Array.from(cells, (value, column) => describe(row, column, value))),
    hovertemplate: "%{text}<extra></extra>",
  };
}

/**
 * What stands at each row or column: its own label, or else its number in the tensor.
 *
 * @param {HeatmapOptions} options
 * @param {"row" | "column"} direction
 */
function labelsOf({ rows, columns, rowLabels, columnLabels, block }, direction) {
  const [count, labels, size] =
    direction === "row" ? [rows, rowLabels, block?.[0] ?? 1] : [columns, columnLabels, block?.[1] ?? 1];
  return labels ?? Array.from({ length: count }, (_, i) => String(i * size));
}

/**
 * Plotly leaves cells that are not finite empty, as if there were nothing; a second trace fills them in.
 *
 * @param {HeatmapTrace} cells
 * @param {HeatmapOptions} options
 * @returns {HeatmapTrace[]}
 */
function notFinite(cells, { values, theme }) {
  if (values.every(Number.isFinite)) return [];
  const z = cells.z.map(kindsOf);
  return [{ ...cells, name: "not finite", z, zmin: 0, zmax: 1, colorscale: theme.notFinite, showscale: false }];
}

/** 0 for a cell that is not a number, 1 for an infinite one, and a gap for the rest. @param {Float32Array} cells */
function kindsOf(cells) {
  const kinds = new Float32Array(cells.length).fill(NaN);
  for (let i = 0; i < cells.length; i++) {
    if (Number.isNaN(cells[i])) kinds[i] = 0;
    else if (!Number.isFinite(cells[i])) kinds[i] = 1;
  }
  return kinds;
}

/**
 * Labels stand at all cells; the element that draws leaves out those for which there is no room.
 *
 * @param {number} first  the position of the first cell's centre
 * @param {number} size
 * @param {string[]} labels
 * @returns {Axis}
 */
const cellAxis = (first, size, labels) => ({
  range: [first - size / 2, first + (labels.length - 0.5) * size],
  showgrid: false,
  tickmode: "array",
  tickvals: labels.map((_, i) => first + i * size),
  ticktext: labels.map(plainText),
});

/** @param {string[]} labels */
function leftMargin(labels) {
  // At least three: numbers of rows that grow must not move the plot.
  const longest = Math.max(3, ...labels.map((label) => label.length));
  return Math.min(120, Math.round(34 + longest * LABEL_WIDTH));
}

/**
 * @param {number} low
 * @param {number} high
 * @param {string} title
 */
function colorBar(low, high, title) {
  const ticks = [low, (low + high) / 2, high];
  return {
    title: { text: plainText(title), side: "right" },
    tickmode: "array",
    tickvals: ticks,
    ticktext: ticks.map((value) => shortNumber(value)),
    ...{ thickness: 10, len: 1, x: 1, xpad: 8, ypad: 0, outlinewidth: 0, ticklen: 0 },
  };
}

/**
 * @param {HeatmapTrace} cells
 * @param {number} row
 * @param {[number, number]} columns
 * @param {Theme} theme
 * @returns {ScatterTrace}
 */
function outline({ y0, dy }, row, [left, right], theme) {
  const top = y0 + (row - 0.5) * dy;
  return {
    type: "scatter",
    mode: "lines",
    name: "highlighted row",
    x: [left, right, right, left, left],
    y: [top, top, top + dy, top + dy, top],
    line: { color: theme.accent, width: 2 },
    hoverinfo: "skip",
    showlegend: false,
  };
}
