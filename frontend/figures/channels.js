/** @import { Figure, Numbers, Range, ScatterTrace, Theme } from "../types/plotly" */

import { extent, stickyRange } from "../lib/ranges.js";
import { axisTitle, layoutOf } from "./layout.js";
import { plainText } from "./text.js";

/** @typedef {{ name: string, values: Numbers, as: "markers" | "dashes" }} ChannelSeries */

/** @typedef {{ dot: number, dash: number, stroke: number }} Sizes  of marks, in pixels */

/** @type {Sizes} */
const LARGE = { dot: 5, dash: 7, stroke: 2 };
/** For so many channels that one series would cover the other. @type {Sizes} */
const SMALL = { dot: 3, dash: 3, stroke: 1 };
const MANY = 256;

/**
 * One number per channel (neuron), of several tensors side by side: the batch's mean against the running one. No line
 * joins them: neighbouring channels have nothing to do with each other.
 *
 * @param {object} options
 * @param {ChannelSeries[]} options.series
 * @param {string} options.title
 * @param {Theme} options.theme
 * @param {string} options.yTitle
 * @param {Range} [options.yRange]
 * @param {number | null} [options.marked]  the channel that is followed elsewhere
 * @returns {Figure}
 */
export function channels({ series, title, theme, yTitle, yRange, marked = null }) {
  const count = Math.max(1, ...series.map(({ values }) => values.length));
  const y = yRange ?? stickyRange(null, extent(...series.map(({ values }) => values)));
  const layout = layoutOf({
    title,
    summary: `${title}. ${series.map(({ name }) => name).join(" and ")} of ${count} values by channel.`,
    theme,
    xaxis: { title: axisTitle("channel"), range: [-0.5, count - 0.5], tickformat: "d", showgrid: false },
    yaxis: { title: axisTitle(yTitle), range: [...y], zeroline: true, zerolinecolor: theme.grid },
    legend: series.length > 1,
  });
  const sizes = count > MANY ? SMALL : LARGE;
  const data = series.map((one, i) => traceOf(one, theme.series[i % theme.series.length], sizes));
  return { data: marked !== null && marked < count ? [...data, markOf(marked, y, theme)] : data, layout };
}

/**
 * @param {ChannelSeries} series
 * @param {string} color
 * @param {Sizes} sizes
 * @returns {ScatterTrace}
 */
const traceOf = ({ name, values, as }, color, { dot, dash, stroke }) => ({
  type: "scatter",
  mode: "markers",
  name: plainText(name),
  x: Float64Array.from(values, (_, channel) => channel),
  y: values,
  marker:
    as === "dashes"
      ? { color, size: dash, symbol: "line-ew-open", line: { width: stroke } }
      : { color, size: dot, line: { width: 0 } },
  hovertemplate: "channel %{x}: %{y:.5g}",
});

/** @param {number} channel @param {Readonly<Range>} y @param {Theme} theme @returns {ScatterTrace} */
const markOf = (channel, y, theme) => ({
  type: "scatter",
  mode: "lines",
  name: `channel ${channel}`,
  x: [channel, channel],
  y: [...y],
  line: { color: theme.accent, width: 1 },
  showlegend: false,
  hoverinfo: "skip",
});
