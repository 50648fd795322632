/**
 * Fits a figure's layout into the element: what a figure cannot know is how much room there is.
 *
 * @import { Axis, Figure, Layout, Range } from "../../types/plotly"
 */

import { niceCeiling } from "../../lib/ranges.js";

/** @typedef {{ width: number, height: number }} Size  in CSS pixels */
/** @typedef {{ x: Range | null, y: Range | null }} Zoom  where the user has zoomed to; null: the figure's own range */

const LINE_HEIGHT = 12.2;
const CHARACTER_WIDTH = 7;
const LEGEND_HEIGHT = 20;
const MOST_LEGEND_ROWS = 2;
/** A legend entry's line and the space around it. */
const LEGEND_KEY_WIDTH = 48;
/** Of words, on average, in a font that runs wide. */
const LEGEND_CHARACTER_WIDTH = 6.6;

/**
 * The layout for an element of this size with the user's zoom in force.
 *
 * @param {Figure} figure
 * @param {Size} size
 * @param {Zoom} zoom
 * @returns {Layout}
 */
export function fitLayout({ data, layout }, { width, height }, zoom) {
  const { l, r, t, b } = layout.margin;
  const names = data.filter(({ showlegend }) => showlegend !== false).map(({ name = "" }) => name);
  const rows = layout.showlegend && names.length > 0 ? legendRows(names, width - l - r) : Infinity;
  const isAbove = rows <= MOST_LEGEND_ROWS;
  const top = isAbove ? t + rows * LEGEND_HEIGHT : t;
  const xaxis = { ...layout.xaxis, range: zoom.x ?? layout.xaxis.range };
  const yaxis = { ...layout.yaxis, range: zoom.y ?? layout.yaxis.range };
  const widest = Math.max(1, ...(xaxis.ticktext ?? []).map((text) => text.length));
  return {
    ...layout,
    width,
    height,
    margin: { ...layout.margin, t: top },
    legend: isAbove ? { ...layout.legend, ...rowAbove } : layout.legend,
    xaxis: withRoomForLabels(xaxis, (width - l - r) / labelWidth(widest)),
    yaxis: withRoomForLabels(yaxis, (height - top - b) / LINE_HEIGHT),
  };
}

/** A legend that fits into two rows stands above the data; a longer one stays inside the plot area. */
const rowAbove = { orientation: "h", x: 0, xanchor: "left", y: 1, yanchor: "bottom", bgcolor: "rgba(0, 0, 0, 0)", tracegroupgap: 0 };

/** In several rows Plotly gives each name as much room as the longest. @param {string[]} names @param {number} width */
function legendRows(names, width) {
  const widths = names.map((name) => LEGEND_KEY_WIDTH + name.length * LEGEND_CHARACTER_WIDTH);
  if (widths.reduce((sum, each) => sum + each, 0) <= width) return 1;
  const columns = Math.floor(width / Math.max(...widths));
  return columns > 0 ? Math.ceil(names.length / columns) : Infinity;
}

/** Single characters are set tight, like the letters of a word. @param {number} characters */
const labelWidth = (characters) => characters * CHARACTER_WIDTH + (characters > 1 ? 6 : 2);

/**
 * Plotly draws every label it is given, one over the other: keep each second, fifth, tenth … as room allows.
 *
 * @param {Axis} axis
 * @param {number} room  for how many labels
 * @returns {Axis}
 */
function withRoomForLabels(axis, room) {
  const { tickvals, ticktext, range } = axis;
  if (!tickvals || !ticktext) return axis;
  const low = Math.min(...range);
  const high = Math.max(...range);
  const visible = tickvals.filter((value) => value >= low && value <= high).length;
  const every = Math.max(1, niceCeiling(visible / Math.max(1, room)));
  const kept = (/** @type {unknown} */ _, /** @type {number} */ i) => i % every === 0;
  return { ...axis, tickvals: tickvals.filter(kept), ticktext: ticktext.filter(kept) };
}
