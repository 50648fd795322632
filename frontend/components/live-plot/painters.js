/**
 * Paints traces on a canvas that covers Plotly's plot area, to the pixel where Plotly would. Each painter knows one
 * trace type.
 */

/** @import { BarTrace, ColorScale, HeatmapTrace, PlotArea, Trace } from "../../types/plotly" */

import { lookupTable } from "../../lib/colors.js";
import { pixelsOf } from "./pixels.js";
import { paintScatter } from "./scatter.js";

/** @typedef {{ canvas: OffscreenCanvas, context: OffscreenCanvasRenderingContext2D, image: ImageData }} Cells */

/** Scales belong to a theme and live as long as it does. @type {WeakMap<ColorScale, Uint32Array>} */
const tables = new WeakMap();
/** One pixel per cell, kept from frame to frame. @type {WeakMap<CanvasRenderingContext2D, Cells>} */
const cellsOf = new WeakMap();

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Trace} trace
 * @param {PlotArea} area
 */
export function paint(context, trace, area) {
  if (trace.type === "heatmap") paintHeatmap(context, trace, area);
  else if (trace.type === "bar") paintBars(context, trace, area);
  else paintScatter(context, trace, area);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {HeatmapTrace} trace
 * @param {PlotArea} area
 */
function paintHeatmap(context, trace, area) {
  const { z, x0, dx, y0, dy } = trace;
  const rows = z.length;
  const columns = z[0].length;
  const cells = cellsFor(context, columns, rows);
  const table = tables.get(trace.colorscale) ?? lookupTable(trace.colorscale);
  tables.set(trace.colorscale, table);
  fillPixels(new Uint32Array(cells.image.data.buffer), trace, table);
  cells.context.putImageData(cells.image, 0, 0);

  const { toX, toY } = pixelsOf(area);
  const left = toX(x0 - dx / 2);
  const top = toY(y0 - dy / 2);
  // Plotly rounds the size of its image, not the place.
  const width = Math.round(toX(x0 + (columns - 0.5) * dx) - left);
  const height = Math.round(toY(y0 + (rows - 0.5) * dy) - top);
  context.imageSmoothingEnabled = false;
  context.drawImage(cells.canvas, left, top, width, height);
}

/**
 * Cells that are not a number stay transparent.
 *
 * @param {Uint32Array} pixels
 * @param {Pick<HeatmapTrace, "z" | "zmin" | "zmax">} trace
 * @param {Uint32Array} table
 */
export function fillPixels(pixels, { z, zmin, zmax }, table) {
  const last = table.length - 1;
  const factor = last / (zmax - zmin);
  let pixel = 0;
  for (const row of z) {
    for (let column = 0; column < row.length; column++) {
      const entry = (row[column] - zmin) * factor + 0.5;
      pixels[pixel++] = Number.isNaN(entry) ? 0 : table[entry < 0 ? 0 : entry > last ? last : Math.trunc(entry)];
    }
  }
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {number} columns
 * @param {number} rows
 * @returns {Cells}
 */
function cellsFor(context, columns, rows) {
  const kept = cellsOf.get(context);
  if (kept && kept.image.width === columns && kept.image.height === rows) return kept;
  const canvas = new OffscreenCanvas(columns, rows);
  const cellContext = canvas.getContext("2d");
  if (!cellContext) throw new Error("This browser has no 2-D canvas.");
  const cells = { canvas, context: cellContext, image: new ImageData(columns, rows) };
  cellsOf.set(context, cells);
  return cells;
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {BarTrace} trace
 * @param {PlotArea} area
 */
function paintBars(context, { x, y, width, marker }, area) {
  const { toX, toY } = pixelsOf(area);
  const bottom = toY(0);
  const translucent = marker.color.startsWith("rgba");
  context.fillStyle = marker.color;
  for (let i = 0; i < x.length; i++) {
    const [center, height] = [x[i], y[i]];
    if (center === null || !height) continue;
    const [left, right] = barEdges(toX(center - width / 2), toX(center + width / 2), translucent);
    const [start, end] = barEdges(bottom, toY(height), translucent);
    context.fillRect(left, start, right - left, end - start);
  }
}

/**
 * As Plotly does it where there is no gap between bars: an opaque bar is widened to whole pixels so that it is seen
 * however thin; overlaid bars are rounded, lest their edges add up.
 *
 * @param {number} start
 * @param {number} end
 * @param {boolean} translucent
 * @returns {[number, number]}
 */
export function barEdges(start, end, translucent) {
  const snap = (/** @type {number} */ edge, /** @type {number} */ other) => {
    if (translucent || Math.abs(edge - other) >= 2) return Math.round(edge);
    return edge > other ? Math.ceil(edge) : Math.floor(edge);
  };
  const snapped = snap(start, end);
  return [snapped, snap(end, snapped)];
}
