/**
 * Paints traces on a canvas that covers Plotly's plot area, to the pixel where Plotly would. Each painter knows one
 * trace type.
 */

/** @import { AreaAxis, BarTrace, ColorScale, HeatmapTrace, PlotArea, ScatterTrace, Trace } from "../../types/plotly" */

import { lookupTable } from "../../lib/colors.js";
import { bandColumns, isDense } from "./band.js";

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
const pixelsOf = ({ x, y, width, height }) => ({
  toX: pixelsAlong(x, width),
  // An upright axis begins at the bottom, pixels begin at the top.
  toY: pixelsAlong({ range: [y.range[1], y.range[0]], log: y.log }, height),
});

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

/**
 * @param {CanvasRenderingContext2D} context
 * @param {ScatterTrace} trace
 * @param {PlotArea} area
 */
function paintScatter(context, trace, area) {
  const { toX, toY } = pixelsOf(area);
  if (trace.fill === "toself" && isDense(trace, area.width)) {
    context.fillStyle = trace.fillcolor ?? "";
    for (const { left, top, width, height } of bandColumns(trace, toX, toY)) context.fillRect(left, top, width, height);
    return;
  }
  context.beginPath();
  if (trace.mode === "markers") {
    const radius = (trace.marker?.size ?? 6) / 2;
    eachPoint(trace, toX, toY, (x, y) => {
      context.moveTo(x + radius, y);
      context.arc(x, y, radius, 0, 2 * Math.PI);
    });
    context.fillStyle = trace.marker?.color ?? "";
    context.fill();
    return;
  }
  eachPoint(trace, toX, toY, (x, y, begins) => (begins ? context.moveTo(x, y) : context.lineTo(x, y)));
  if (trace.fill === "toself") {
    context.fillStyle = trace.fillcolor ?? "";
    context.fill();
  }
  if (!trace.line?.width) return;
  context.strokeStyle = trace.line.color ?? "";
  context.lineWidth = trace.line.width;
  context.lineJoin = "miter";
  context.miterLimit = 2;
  // Strokes and gaps of this length are what Plotly means by "dash".
  context.setLineDash(trace.line.dash === "dash" ? [3, 3].map((times) => times * Math.max(3, context.lineWidth)) : []);
  context.stroke();
}

/**
 * Calls `visit` for each point that has a place, and says whether a new stretch of the line begins there.
 *
 * @param {Pick<ScatterTrace, "x" | "y">} trace
 * @param {(value: number) => number} toX
 * @param {(value: number) => number} toY
 * @param {(x: number, y: number, begins: boolean) => void} visit
 */
export function eachPoint({ x, y }, toX, toY, visit) {
  let begins = true;
  for (let i = 0; i < x.length; i++) {
    const pixelX = toX(x[i] ?? NaN);
    const pixelY = toY(y[i] ?? NaN);
    const known = Number.isFinite(pixelX) && Number.isFinite(pixelY);
    if (known) visit(pixelX, pixelY, begins);
    begins = !known;
  }
}
