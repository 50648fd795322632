/** @import { Figure, Numbers, Range, ScatterTrace, Theme } from "../types/plotly" */

import { withOpacity } from "../lib/colors.js";
import { extent, stickyRange } from "../lib/ranges.js";
import { smooth } from "../lib/smoothing.js";
import { axisTitle, layoutOf } from "./layout.js";
import { plainText } from "./text.js";

/**
 * @typedef {object} Line
 * @property {string} name
 * @property {Numbers} x
 * @property {Numbers} y  null and NaN are gaps
 * @property {Numbers} [min]  the smallest value of the steps that share a point
 * @property {Numbers} [max]
 * @property {string} [color]  "#rrggbb"; by default the series' own
 * @property {boolean} [dash]  for what is no measurement, such as a bound
 */

/**
 * How numbers go with the steps. With smoothing the values themselves stay visible, faint, behind their moving
 * average; where several steps share a point, a band from the smallest to the largest of them keeps every spike.
 *
 * @param {object} options
 * @param {Line[]} options.series
 * @param {string} options.title
 * @param {Theme} options.theme
 * @param {boolean} options.detail
 * @param {string} options.yTitle
 * @param {string} [options.xTitle]
 * @param {boolean} [options.logY]
 * @param {number} [options.smoothing]  weight of the past, 0 (none) … below 1
 * @param {Range} [options.xRange]
 * @param {Range} [options.yRange]  in the data's units, on a log axis too
 * @returns {Figure}
 */
export function lines({ series, title, theme, yTitle, xTitle = "step", logY = false, smoothing = 0, xRange, yRange }) {
  const data = series.flatMap((line, i) => tracesOf(line, theme.series[i % theme.series.length], smoothing));
  const x = xRange ?? extent(...series.map((line) => line.x)) ?? [0, 1];
  const y = yRange ?? stickyRange(null, extentOf(series, logY), { log: logY });
  const layout = layoutOf({
    title,
    summary:
      `${title}. Lines of ${series.map(({ name }) => name).join(", ")} over the ${xTitle}, ` +
      `${yTitle}${logY ? " on a logarithmic scale" : ""}.`,
    theme,
    xaxis: { title: axisTitle(xTitle), range: x[0] < x[1] ? [...x] : [x[0], x[0] + 1] },
    yaxis: {
      title: axisTitle(yTitle),
      ...(logY ? logAxis(y) : { range: [...y] }),
    },
    legend: series.length > 1,
  });
  return { data, layout };
}

/**
 * Ticks at the powers of ten; within a decade, where there would hardly be one, at each of its digits.
 *
 * @param {Readonly<Range>} range
 */
function logAxis([low, high]) {
  const dtick = high / low > 10 ? 1 : "D1";
  return { type: /** @type {const} */ ("log"), dtick, range: /** @type {Range} */ ([Math.log10(low), Math.log10(high)]) };
}

/**
 * @param {Line} line
 * @param {string} seriesColor
 * @param {number} smoothing
 * @returns {ScatterTrace[]}
 */
function tracesOf(line, seriesColor, smoothing) {
  const { name, x, y, min, max, color = seriesColor, dash = false } = line;
  /** @type {ScatterTrace[]} */
  const traces = [];
  const label = plainText(name);
  const hidden = { showlegend: false, legendgroup: label, hoverinfo: /** @type {const} */ ("skip") };
  if (min && max) traces.push({ ...band(x, min, max), name: label, fillcolor: withOpacity(color, 0.18), ...hidden });
  if (smoothing > 0) traces.push({ ...path(x, y, withOpacity(color, 0.35), 1), name: label, ...hidden });
  traces.push({
    ...path(x, smoothing > 0 ? smooth(y, smoothing) : y, color, smoothing > 0 ? 2 : 1.5, dash),
    name: label,
    legendgroup: label,
    hovertemplate: "%{x}: %{y:.5g}",
  });
  return traces;
}

/**
 * @param {Numbers} x
 * @param {Numbers} y
 * @param {string} color
 * @param {number} width
 * @param {boolean} [dash]
 * @returns {ScatterTrace}
 */
const path = (x, y, color, width, dash = false) => ({
  type: "scatter",
  mode: "lines",
  x,
  y,
  line: { color, width, dash: dash ? "dash" : "solid" },
});

/**
 * The area between two lines as one closed outline: there along the upper, back along the lower.
 *
 * @param {Numbers} x
 * @param {Numbers} min
 * @param {Numbers} max
 * @returns {ScatterTrace}
 */
function band(x, min, max) {
  /** @type {(number | null)[][]} */
  const [there, upper, back, lower] = [[], [], [], []];
  for (let i = 0; i < x.length; i++) {
    if (!Number.isFinite(min[i]) || !Number.isFinite(max[i])) continue;
    there.push(x[i]);
    upper.push(max[i]);
    back.push(x[i]);
    lower.push(min[i]);
  }
  return {
    type: "scatter",
    mode: "lines",
    x: there.concat(back.reverse()),
    y: upper.concat(lower.reverse()),
    line: { width: 0 },
    fill: "toself",
  };
}

/** @param {Line[]} series @param {boolean} positiveOnly */
function extentOf(series, positiveOnly) {
  const all = series.flatMap(({ y, min, max }) => [y, ...(min && max ? [min, max] : [])]);
  if (!positiveOnly) return extent(...all);
  return extent(...all.map((values) => Array.from(values, (value) => (value !== null && value > 0 ? value : NaN))));
}
