/** @import { BarTrace, Figure, Range, Theme } from "../types/plotly" */

import { withOpacity } from "../lib/colors.js";
import { niceCeiling } from "../lib/ranges.js";
import { axisTitle, layoutOf } from "./layout.js";
import { plainText } from "./text.js";

/**
 * @typedef {object} Distribution
 * @property {string} name
 * @property {ArrayLike<number>} counts  one per bin, all bins of the same width
 * @property {Range | null} range  from the first bin's left to the last bin's right edge; null: no finite value
 * @property {number} [nan]  how many values are not a number
 * @property {number} [infinite]
 *
 * @typedef {{ from: number, to: number, label?: string }} Band
 */

/**
 * How values are distributed, as the share of all of a tensor's values that each bin holds, so that tensors of
 * different sizes compare.
 *
 * @param {object} options
 * @param {Distribution[]} options.series
 * @param {string} options.title
 * @param {Theme} options.theme
 * @param {string} options.valueTitle
 * @param {Range} [options.xRange]
 * @param {number} [options.yLimit]  the largest share on the axis
 * @param {Band[]} [options.bands]  stretches of the x axis that mean something, such as the saturated ones
 * @returns {Figure}
 */
export function histogram({ series, title, theme, valueTitle, xRange, yLimit, bands = [] }) {
  const several = series.length > 1;
  const data = series.map((distribution, i) => bars(distribution, theme.series[i % theme.series.length], several));
  const largest = Math.max(0, ...data.map((trace) => maximum(trace.y)));
  const range = xRange ?? unionOfRanges(series);
  const layout = layoutOf({
    title,
    summary: `${title}. Histogram of ${series.map(nameOf).join(", ")}.`,
    theme,
    xaxis: { title: axisTitle(valueTitle), range: [...range] },
    yaxis: {
      title: axisTitle("share of values"),
      range: [0, yLimit ?? niceCeiling(largest)],
      tickformat: "~%",
    },
    // What is not finite has no bin; the legend tells how many there are.
    legend: several || series.some(({ nan, infinite }) => nan || infinite),
    more: {
      bargap: 0,
      barmode: "overlay",
      shapes: bands.map((band) => bandShape(band, theme)),
      annotations: bands.filter(({ label }) => label).map((band) => bandLabel(band, range, theme)),
    },
  });
  return { data, layout };
}

/**
 * @param {Distribution} distribution
 * @param {string} color
 * @param {boolean} overlaid
 * @returns {BarTrace}
 */
function bars({ name, counts, range, nan = 0, infinite = 0 }, color, overlaid) {
  const [low, high] = range ?? [0, 1];
  // All values the same: one bar of some width, not of none.
  const width = (high - low || 1) / counts.length;
  let all = nan + infinite;
  for (let bin = 0; bin < counts.length; bin++) all += counts[bin];
  return {
    type: "bar",
    name: plainText(nameOf({ name, nan, infinite })),
    x: Float64Array.from(counts, (_, bin) => low + (bin + 0.5) * width),
    y: Float64Array.from(counts, (count) => (all ? count / all : 0)),
    width,
    marker: { color: overlaid ? withOpacity(color, 0.5) : color, line: { width: 0 } },
    hovertemplate: "%{x:.4g}: %{y:.2%}",
  };
}

/** @param {Pick<Distribution, "name" | "nan" | "infinite">} distribution */
function nameOf({ name, nan = 0, infinite = 0 }) {
  const apart = [nan ? `${nan} NaN` : "", infinite ? `${infinite} infinite` : ""].filter(Boolean).join(", ");
  return apart ? `${name} (${apart})` : name;
}

/** @param {ArrayLike<number | null>} values */
const maximum = (values) =>
  Array.from(values).reduce((/** @type {number} */ most, value) => Math.max(most, value ?? 0), 0);

/** @param {Distribution[]} series @returns {Range} */
function unionOfRanges(series) {
  const ranges = series.flatMap(({ range }) => (range ? [range] : []));
  if (ranges.length === 0) return [0, 1];
  const low = Math.min(...ranges.map((range) => range[0]));
  const high = Math.max(...ranges.map((range) => range[1]));
  return low < high ? [low, high] : [low, low + 1];
}

/** @param {Band} band @param {Theme} theme */
const bandShape = ({ from, to }, theme) => ({
  type: "rect",
  layer: "below",
  xref: "x",
  yref: "paper",
  ...{ x0: from, x1: to, y0: 0, y1: 1 },
  fillcolor: withOpacity(theme.attention, 0.16),
  line: { width: 0 },
});

/** @param {Band} band @param {Range} range @param {Theme} theme */
const bandLabel = ({ from, to, label }, [low, high], theme) => ({
  text: plainText(label ?? ""),
  x: (Math.max(from, low) + Math.min(to, high)) / 2,
  xref: "x",
  // Below the legend, above most bars.
  y: 0.45,
  yref: "paper",
  yanchor: "middle",
  showarrow: false,
  textangle: -90,
  font: { color: theme.muted, size: 10 },
});
