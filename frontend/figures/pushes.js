/** @import { HeatmapOptions } from "./heatmap.js" */
/** @import { Figure, ScatterTrace, Theme } from "../types/plotly" */

import { withOpacity } from "../lib/colors.js";
import { largestMagnitude, niceCeiling } from "../lib/ranges.js";
import { heatmap } from "./heatmap.js";
import { shortNumber } from "./text.js";

/** How wide the losses' strip is beside the cells, and the gap before it, as shares of the cells' width. */
const STRIP = 0.16;
const GAP = 0.015;
/** Where rows are as thin as a hair, neighbours share a bar, that of the largest loss. */
const MOST_BARS = 64;
/** Between bars, as a share of their height. */
const APART = 0.08;

/**
 * The forces of a minibatch as a heat map, with each example's loss as a bar at the end of its row, and a frame about the
 * example that is chosen.
 *
 * @typedef {object} Rows  By row of the picture.
 * @property {ArrayLike<number>} [losses]
 * @property {number} [lossLimit]  What a full bar stands for.
 * @property {number} [chosen]
 *
 * @param {HeatmapOptions & Rows} options
 * @returns {Figure}
 */
export function pushes({ losses, lossLimit, chosen, ...options }) {
  const figure = heatmap(options);
  const { columns, rows, theme } = options;
  if (chosen !== undefined) figure.data.push(frame(chosen, columns, theme));
  if (!losses) return figure;
  const limit = lossLimit ?? niceCeiling(largestMagnitude(losses));
  const [start, end] = [columns * (1 + GAP) - 0.5, columns * (1 + GAP + STRIP) - 0.5];
  figure.data.push(lossBars(losses, { start, scale: (end - start) / limit, limit, theme }));
  const { layout } = figure;
  layout.xaxis.range = [layout.xaxis.range[0], end];
  layout.annotations = [{
    text: `loss 0…${shortNumber(limit)} nats`,
    ...{ x: start, xref: "x", xanchor: "left", y: 0, yref: "paper", yanchor: "top", yshift: -2, showarrow: false },
    font: { size: 11, color: theme.muted },
  }];
  layout.meta.summary += ` At the end of each of the ${rows} rows its loss, from 0 to ${shortNumber(limit)} nats.`;
  return figure;
}

/**
 * All bars in one outline, down along their ends and back up along the strip's edge. An infinite loss fills the strip.
 * @param {ArrayLike<number>} losses @param {{ start: number, scale: number, limit: number, theme: Theme }} strip
 * @returns {ScatterTrace}
 */
function lossBars(losses, { start, scale, limit, theme }) {
  const together = Math.ceil(losses.length / MOST_BARS);
  const bars = Math.ceil(losses.length / together);
  const x = new Float64Array(4 * bars).fill(start);
  const y = new Float64Array(4 * bars);
  for (let bar = 0; bar < bars; bar++) {
    const [first, end] = [bar * together, Math.min((bar + 1) * together, losses.length)];
    let largest = 0;
    for (let row = first; row < end; row++) if (losses[row] > largest) largest = losses[row];
    const inset = APART * (end - first);
    x.fill(start + scale * Math.min(largest, limit), 4 * bar + 1, 4 * bar + 3);
    y.fill(first - 0.5 + inset, 4 * bar, 4 * bar + 2);
    y.fill(end - 0.5 - inset, 4 * bar + 2, 4 * bar + 4);
  }
  return {
    type: "scatter", mode: "lines", name: "loss", showlegend: false, hoverinfo: "skip",
    x, y, line: { width: 0 }, fill: "toself", fillcolor: withOpacity(theme.muted, 0.55),
  };
}

/** @param {number} row @param {number} columns @param {Theme} theme @returns {ScatterTrace} */
function frame(row, columns, theme) {
  const [left, right, top, bottom] = [-0.5, columns - 0.5, row - 0.5, row + 0.5];
  return {
    type: "scatter", mode: "lines", name: "chosen example", showlegend: false, hoverinfo: "skip",
    x: [left, right, right, left, left], y: [top, top, bottom, bottom, top],
    line: { color: theme.accent, width: 2 },
  };
}
