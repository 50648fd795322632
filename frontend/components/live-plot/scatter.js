/**
 * The painter of scatter traces: lines, filled bands, markers and text.
 *
 * @import { PlotArea, ScatterTrace } from "../../types/plotly"
 */

import { bandColumns, isDense } from "./band.js";
import { pixelsOf } from "./pixels.js";
import { stamp } from "./stamps.js";

/**
 * Adds a mark about its centre to the context's path.
 *
 * @type {Record<string, (context: CanvasRenderingContext2D, x: number, y: number, radius: number) => void>}
 */
const MARKS = {
  circle(context, x, y, radius) {
    context.moveTo(x + radius, y);
    context.arc(x, y, radius, 0, 2 * Math.PI);
  },
  square(context, x, y, radius) {
    context.rect(x - radius, y - radius, 2 * radius, 2 * radius);
  },
  "line-ew-open"(context, x, y, radius) {
    // Plotly makes a line 1.4 times as long as other marks are wide.
    context.moveTo(x - 1.4 * radius, y);
    context.lineTo(x + 1.4 * radius, y);
  },
};

/** Text to the left of its point ends there. @type {Record<string, CanvasTextAlign>} */
const ALIGNMENTS = { "middle center": "center", "middle left": "right", "middle right": "left" };

/**
 * @param {CanvasRenderingContext2D} context
 * @param {ScatterTrace} trace
 * @param {PlotArea} area
 */
export function paintScatter(context, trace, area) {
  const { toX, toY } = pixelsOf(area);
  if (trace.fill === "toself" && isDense(trace, area.width)) {
    context.fillStyle = trace.fillcolor ?? "";
    for (const { left, top, width, height } of bandColumns(trace, toX, toY)) context.fillRect(left, top, width, height);
    return;
  }
  const { mode } = trace;
  if (mode === "lines" || mode === "lines+markers") paintLines(context, trace, toX, toY);
  if (mode === "markers" || mode === "lines+markers") paintMarkers(context, trace, toX, toY);
  if (mode === "text") paintText(context, trace, toX, toY);
}

/** @typedef {(value: number) => number} ToPixel */

/** @param {CanvasRenderingContext2D} context @param {ScatterTrace} trace @param {ToPixel} toX @param {ToPixel} toY */
function paintLines(context, trace, toX, toY) {
  const { fill, fillcolor, line } = trace;
  context.beginPath();
  eachPoint(trace, toX, toY, (x, y, begins) => (begins ? context.moveTo(x, y) : context.lineTo(x, y)));
  if (fill === "toself") {
    context.fillStyle = fillcolor ?? "";
    context.fill();
  }
  if (!line?.width) return;
  context.strokeStyle = line.color ?? "";
  context.lineWidth = line.width;
  context.lineJoin = "miter";
  context.miterLimit = 2;
  // Strokes and gaps of this length are what Plotly means by "dash".
  context.setLineDash(line.dash === "dash" ? [3, 3].map((times) => times * Math.max(3, context.lineWidth)) : []);
  context.stroke();
}

/** @param {CanvasRenderingContext2D} context @param {ScatterTrace} trace @param {ToPixel} toX @param {ToPixel} toY */
function paintMarkers(context, trace, toX, toY) {
  if (!trace.marker) return;
  const { color, size, symbol = "circle", line } = trace.marker;
  context.beginPath();
  const radius = (/** @type {number} */ i) => (typeof size === "number" ? size : size[i]) / 2;
  eachPoint(trace, toX, toY, (x, y, _, i) => MARKS[symbol](context, x, y, radius(i)));
  if (symbol === "line-ew-open") {
    context.strokeStyle = color;
    context.lineWidth = line.width;
    context.setLineDash([]);
    context.stroke();
  } else {
    context.fillStyle = color;
    context.fill();
  }
}

/** @param {CanvasRenderingContext2D} context @param {ScatterTrace} trace @param {ToPixel} toX @param {ToPixel} toY */
function paintText(context, trace, toX, toY) {
  const { text = [], textfont, textposition = "middle center" } = trace;
  const font = `${textfont?.size}px ${textfont?.family}`;
  text.forEach((line, i) => {
    const [x, y] = [toX(trace.x[i] ?? NaN), toY(trace.y[i] ?? NaN)];
    if (line) stamp(context, { line, font, color: textfont?.color ?? "", align: ALIGNMENTS[textposition] }, x, y);
  });
}

/**
 * Calls `visit` for each point that has a place, and says whether a new stretch of the line begins there, and its number.
 *
 * @param {Pick<ScatterTrace, "x" | "y">} trace
 * @param {(value: number) => number} toX
 * @param {(value: number) => number} toY
 * @param {(x: number, y: number, begins: boolean, i: number) => void} visit
 */
export function eachPoint({ x, y }, toX, toY, visit) {
  let begins = true;
  for (let i = 0; i < x.length; i++) {
    const pixelX = toX(x[i] ?? NaN);
    const pixelY = toY(y[i] ?? NaN);
    const known = Number.isFinite(pixelX) && Number.isFinite(pixelY);
    if (known) visit(pixelX, pixelY, begins, i);
    begins = !known;
  }
}
