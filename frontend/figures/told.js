/**
 * What a resting figure shows, for those who hear it: its summary, and of each series where it begins, ends and has its
 * extremes. A heat map says that itself, since it alone knows what stands at its rows and columns.
 *
 * @import { BarTrace, Figure, ScatterTrace, Trace } from "../types/plotly"
 */

import { shortNumber } from "./text.js";

/** Nobody keeps in mind more of them. */
const MOST_SERIES = 8;

/** @param {Figure} figure */
export function told({ data, layout }) {
  const series = data.flatMap((trace) => toldOf(trace) ?? []);
  const rest = series.length > MOST_SERIES ? [`And ${series.length - MOST_SERIES} more.`] : [];
  return [layout.meta.summary, ...series.slice(0, MOST_SERIES), ...rest].join(" ");
}

/** @param {Trace} trace @returns {string | null} */
function toldOf(trace) {
  if (trace.type === "heatmap" || !trace.name || trace.showlegend === false) return null;
  const points = pointsOf(trace);
  if (points.length === 0) return null;
  if (trace.type === "scatter" && (trace.fill || trace.mode === "text")) return null;
  const lowest = points.reduce((least, point) => (point.y < least.y ? point : least));
  const highest = points.reduce((most, point) => (point.y > most.y ? point : most));
  const at = (/** @type {{ x: number, y: number }} */ { x, y }) => `${shortNumber(y, 4)} at ${shortNumber(x, 4)}`;
  if (trace.type === "bar") return `${trace.name}: highest ${at(highest)}.`;
  if (lowest.y === highest.y) return `${trace.name}: ${shortNumber(lowest.y, 4)}.`;
  const extremes = `lowest ${at(lowest)}, highest ${at(highest)}`;
  if (trace.mode === "markers") return `${trace.name}: ${extremes}.`;
  return `${trace.name}: from ${at(points[0])} to ${at(points[points.length - 1])}, ${extremes}.`;
}

/** The finite ones. @param {BarTrace | ScatterTrace} trace */
function pointsOf({ x, y }) {
  const points = [];
  for (let i = 0; i < x.length; i++) {
    const [left, height] = [x[i], y[i]];
    if (typeof left === "number" && typeof height === "number" && Number.isFinite(height)) points.push({ x: left, y: height });
  }
  return points;
}
