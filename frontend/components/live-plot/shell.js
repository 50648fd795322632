/**
 * What Plotly draws while the canvas draws the data: the same figure without the data. Axes, title, legend and colour
 * bar come out exactly as in the true figure.
 *
 * @import { Trace } from "../../types/plotly"
 */

/** @param {Trace[]} data @returns {Trace[]} */
export const shellsOf = (data) => data.map(shellOf);

/** @param {Trace} trace @returns {Trace} */
function shellOf(trace) {
  const silent = { text: undefined, hovertemplate: undefined, hoverinfo: /** @type {const} */ ("skip") };
  // One cell: without any number Plotly takes the trace for invisible, and its colour bar with it.
  if (trace.type === "heatmap") return { ...trace, z: [Float32Array.of(0)], ...silent };
  // A bar's width follows the range of its data, in every frame; without data it is not seen.
  const width = trace.type === "bar" ? { width: 1 } : {};
  return { ...trace, x: [null], y: [null], ...width, ...silent };
}
