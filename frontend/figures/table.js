/** @import { Figure, HeatmapTrace, Layout, Trace } from "../types/plotly" */

/** @typedef {(string | number | null)[]} Row */

/**
 * The data of a figure as a table of comma-separated values: of a heat map each cell with its row and column, of all
 * else each point, a trace after the other.
 *
 * @param {Figure} figure
 */
export function tableOf({ data, layout }) {
  const [first] = data;
  const rows = first?.type === "heatmap" ? cellsOf(first, layout) : data.flatMap(pointsOf);
  const head = first?.type === "heatmap" ? ["row", "column", first.name ?? "value"] : ["series", "x", "y", "text"];
  return [head, ...rows].map((row) => row.map(field).join(",")).join("\n") + "\n";
}

/** @param {HeatmapTrace} trace @param {Layout} layout @returns {Row[]} */
function cellsOf({ z }, { xaxis, yaxis }) {
  return z.flatMap((cells, row) => Array.from(cells, (value, column) =>
    [yaxis.ticktext?.[row] ?? row, xaxis.ticktext?.[column] ?? column, value]));
}

/** A key's entries have no points. @param {Trace} trace @returns {Row[]} */
function pointsOf(trace) {
  if (trace.type === "heatmap") return [];
  const texts = trace.type === "scatter" ? trace.text : undefined;
  return Array.from(trace.x, (x, i) => /** @type {Row} */ ([trace.name ?? "", x, trace.y[i] ?? null, texts?.[i] ?? ""]))
    .filter(([, x]) => x !== null);
}

/** As spreadsheets read it. @param {string | number | null} value */
function field(value) {
  if (value === null) return "";
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
