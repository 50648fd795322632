/** @import { Axis, Figure, HeatmapTrace, Theme } from "../types/plotly" */

import { largestMagnitude, niceCeiling } from "../lib/ranges.js";
import { extremes } from "./extremes.js";
import { axisTitle, layoutOf } from "./layout.js";
import { withNotFinite } from "./not-finite.js";
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
 * @property {string} [limitText]  how the colour bar writes the limit
 * @property {boolean} [clipped]  values beyond the limit have the colour of the limit
 * @property {"diverging" | "sequential" | "pushes"} [scale]
 * @property {[number, number] | null} [block]  how many of the tensor's rows and columns each cell stands for
 * @property {(row: number, column: number, value: number) => string[]} [describe]  a cell's hover text, line by line
 */

/**
 * A tensor as rows × columns of colours, row 0 at the top. Cells that are not finite take colours of their own.
 *
 * @param {HeatmapOptions} options
 * @returns {Figure}
 */
export function heatmap(options) {
  const { values, rows, columns, title, theme, scale = "diverging" } = options;
  if (values.length !== rows * columns) {
    throw new RangeError(`${title}: ${values.length} values are not ${rows} rows × ${columns} columns.`);
  }
  const limit = options.limit ?? niceCeiling(largestMagnitude(values));
  const cells = valueTrace(options, limit);
  const data = withNotFinite(cells, options);
  const rowLabels = labelsOf(options, "row");
  const low = scale === "sequential" ? 0 : -limit;
  const layout = layoutOf({
    title,
    summary:
      `${title}. Heat map of ${rows} rows (${options.rowTitle}) and ${columns} columns (${options.columnTitle}), ` +
      `${options.valueTitle} from ${shortNumber(low)} to ${shortNumber(limit)}${options.clipped ? ", others beyond" : ""}.` +
      // While it moves the numbers are data, which the layout must not change with.
      (options.detail ? ` ${extremes(values, side(options, "row"), side(options, "column"))}` : ""),
    theme,
    xaxis: { title: axisTitle(options.columnTitle), ...cellAxis(cells.x0, cells.dx, labelsOf(options, "column")) },
    yaxis: { title: axisTitle(options.rowTitle), ...cellAxis(cells.y0, cells.dy, rowLabels) },
    margin: { l: leftMargin(rowLabels), r: 78 },
    legend: data.length > 1,
  });
  layout.yaxis.range.reverse();
  // A key is no switch.
  layout.legend = { ...layout.legend, itemclick: false, itemdoubleclick: false };
  return { data, layout };
}

/**
 * @param {HeatmapOptions} options
 * @param {number} limit
 * @returns {HeatmapTrace}
 */
function valueTrace(options, limit) {
  const { values, rows, columns, theme, scale = "diverging", block, detail } = options;
  const [blockRows, blockColumns] = block ?? [1, 1];
  const low = scale === "sequential" ? 0 : -limit;
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
    showlegend: false,
    colorbar: colorBar(low, limit, options),
    ...(detail && hoverTexts(z, options)),
  };
}

/** @param {Float32Array[]} z @param {HeatmapOptions} options */
function hoverTexts(z, options) {
  const texts = options.describe ? described(options.describe) : named(options);
  return {
    text: lazyRows(z.length, (row) => Array.from(z[row], (value, column) => texts(row, column, value))),
    hovertemplate: "%{text}<extra></extra>",
  };
}

/**
 * Rows that are made whenever they are read: Plotly reads the one under the pointer, and to write all texts of a large
 * tensor takes longer than to draw it.
 *
 * @param {number} count
 * @param {(row: number) => string[]} make
 */
function lazyRows(count, make) {
  /** @type {string[][]} */
  const rows = new Array(count);
  for (let row = 0; row < count; row++) Object.defineProperty(rows, row, { get: () => make(row), enumerable: true });
  return rows;
}

/**
 * @param {NonNullable<HeatmapOptions["describe"]>} describe
 * @returns {(row: number, column: number, value: number) => string}
 */
const described = (describe) => (row, column, value) => describe(row, column, value).map(plainText).join("<br>");

/** @param {HeatmapOptions} options @returns {(row: number, column: number, value: number) => string} */
function named(options) {
  const rows = labelsOf(options, "row").map((label) => plainText(`${options.rowTitle} ${label}`));
  const columns = labelsOf(options, "column").map((label) => plainText(`${options.columnTitle} ${label}`));
  const what = plainText(options.valueTitle);
  return (row, column, value) => `${rows[row]}<br>${columns[column]}<br>${what} ${shortNumber(value, 6)}`;
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

/** @param {HeatmapOptions} options @param {"row" | "column"} direction */
const side = (options, direction) =>
  ({ title: direction === "row" ? options.rowTitle : options.columnTitle, labels: labelsOf(options, direction) });

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
 * @param {HeatmapOptions} options
 */
function colorBar(low, high, { valueTitle, limitText = shortNumber(high), clipped = false }) {
  const middle = (low + high) / 2;
  const [above, below] = clipped ? ["≥ ", "≤ "] : ["", ""];
  return {
    title: { text: plainText(valueTitle), side: "right" },
    tickmode: "array",
    tickvals: [low, middle, high],
    ticktext: [low < 0 ? `${below}−${limitText}` : shortNumber(low), shortNumber(middle), above + limitText],
    ...{ thickness: 10, len: 1, x: 1, xpad: 8, ypad: 0, outlinewidth: 0, ticklen: 0 },
  };
}
