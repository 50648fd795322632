/** @import { Figure, Range, ScatterTrace, Theme } from "../types/plotly" */

import { extent, stickyRange } from "../lib/ranges.js";
import { axisTitle, layoutOf } from "./layout.js";
import { plainText } from "./text.js";

/**
 * One number per hidden layer, of a few measures, on one logarithmic axis: where a line falls from right to left, the
 * gradient vanishes on its way back.
 *
 * @param {object} options
 * @param {{ name: string, values: (number | null)[] }[]} options.series  null: not known; what is not positive is a gap
 * @param {string[]} options.layers  their names, from the first on
 * @param {string} options.title
 * @param {Theme} options.theme
 * @param {Range} [options.yRange]
 * @returns {Figure}
 */
export function acrossLayers({ series, layers, title, theme, yRange }) {
  const numbers = series.map(({ values }) => values.map((value) => (value !== null && value > 0 ? value : NaN)));
  const [low, high] = yRange ?? stickyRange(null, extent(...numbers), { log: true });
  const places = layers.map((_, i) => i + 1);
  const layout = layoutOf({
    title,
    summary: `${title}. ${series.map(({ name }) => name).join(" and ")} of ${layers.length} hidden layers, on a logarithmic scale.`,
    theme,
    xaxis: {
      title: axisTitle("hidden layer"), range: [0.5, layers.length + 0.5], showgrid: false,
      tickmode: "array", tickvals: places, ticktext: layers.map(plainText),
    },
    yaxis: { title: axisTitle("std"), type: "log", dtick: 1, range: [Math.log10(low), Math.log10(high)] },
    legend: true,
  });
  return {
    data: series.map(({ name }, i) => traceOf(name, places, numbers[i], theme.series[i % theme.series.length])),
    layout,
  };
}

/** @param {string} name @param {number[]} x @param {number[]} y @param {string} color @returns {ScatterTrace} */
const traceOf = (name, x, y, color) => ({
  type: "scatter",
  mode: "lines+markers",
  name: plainText(name),
  ...{ x, y },
  line: { color, width: 1.5 },
  marker: { color, size: 6, line: { width: 0 } },
  hovertemplate: "%{x}: %{y:.4g}",
});
