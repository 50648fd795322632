/** @import { Figure, Numbers, Range, Theme, Trace } from "../types/plotly" */

import { withOpacity } from "../lib/colors.js";
import { extent, stickyRange } from "../lib/ranges.js";
import { axisTitle, layoutOf } from "./layout.js";
import { plainText } from "./text.js";

/** @typedef {{ name: string, values: Numbers, as: "markers" | "line" | "bars" }} ChannelSeries */

/**
 * One number per channel (neuron), of several tensors side by side: the batch's mean against the running one.
 *
 * @param {object} options
 * @param {ChannelSeries[]} options.series
 * @param {string} options.title
 * @param {Theme} options.theme
 * @param {boolean} options.detail
 * @param {string} options.yTitle
 * @param {string} [options.channelTitle]
 * @param {Range} [options.yRange]
 * @returns {Figure}
 */
export function channels({ series, title, theme, yTitle, channelTitle = "channel", yRange }) {
  const count = Math.max(1, ...series.map(({ values }) => values.length));
  const data = series.map((one, i) => traceOf(one, theme.series[i % theme.series.length], channelTitle));
  const barsIn = series.some(({ as }) => as === "bars");
  const y = yRange ?? stickyRange(null, extent(...series.map(({ values }) => values), barsIn ? [0] : []));
  const layout = layoutOf({
    title,
    summary: `${title}. ${series.map(({ name }) => name).join(" and ")} of ${count} values by ${channelTitle}.`,
    theme,
    xaxis: { title: axisTitle(channelTitle), range: [-0.5, count - 0.5], tickformat: "d", showgrid: false },
    yaxis: { title: axisTitle(yTitle), range: [...y], zeroline: true, zerolinecolor: theme.grid },
    legend: series.length > 1,
    more: { bargap: 0, barmode: "overlay" },
  });
  return { data, layout };
}

/**
 * @param {ChannelSeries} series
 * @param {string} color
 * @param {string} channelTitle
 * @returns {Trace}
 */
function traceOf({ name, values, as }, color, channelTitle) {
  const common = {
    name: plainText(name),
    x: Float64Array.from(values, (_, channel) => channel),
    y: values,
    hovertemplate: `${plainText(channelTitle)} %{x}: %{y:.5g}`,
  };
  if (as === "bars") {
    return { type: "bar", ...common, width: 0.8, marker: { color: withOpacity(color, 0.7), line: { width: 0 } } };
  }
  if (as === "line") return { type: "scatter", mode: "lines", ...common, line: { color, width: 1.5 } };
  return { type: "scatter", mode: "markers", ...common, marker: { color, size: 5, line: { width: 0 } } };
}
