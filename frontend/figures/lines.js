/** @import { Figure, Numbers, Range, ScatterTrace, Theme } from "../types/plotly" */

import { withOpacity } from "../lib/colors.js";
import { extent, stickyRange } from "../lib/ranges.js";
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
 * @property {number} [width]  in pixels
 * @property {boolean} [listed]  false: not in the legend
 *
 * @typedef {{ name: string, value: number, color: string }} Level  what the lines are measured against
 * @typedef {{ step: number, text: string }} Stand  where one stands along the lines
 */

/** So few points are marked one by one: a line needs two, and one alone would not be seen. */
const FEW_POINTS = 30;

/** How much of the lines is taken away where they have not come to yet. */
const LATER = 0.65;
/** How far above the lower end of the axis it is written where one stands. */
const STAND_TEXT = 0.06;

/**
 * How numbers go with the steps. Where several steps share a point, a band from the smallest to the largest of them
 * keeps every spike.
 *
 * @param {object} options
 * @param {Line[]} options.series
 * @param {Level[]} [options.levels]
 * @param {Stand | null} [options.stand]  what comes after it is set back
 * @param {string} options.title
 * @param {Theme} options.theme
 * @param {string} options.yTitle
 * @param {boolean} [options.logY]
 * @param {Range} [options.xRange]
 * @param {Range} [options.yRange]  in the data's units, on a log axis too
 * @returns {Figure}
 */
export function lines({ series, levels = [], stand = null, title, theme, yTitle, logY = false, xRange, yRange }) {
  const x = xRange ?? extent(...series.map((line) => line.x)) ?? [0, 1];
  const y = yRange ?? stickyRange(null, extentOf(series, logY), { log: logY });
  const data = [
    ...series.flatMap((line, i) => tracesOf(line, theme.series[i % theme.series.length])),
    ...levels.map((level) => levelTrace(level, x)),
    ...(stand ? standTraces(stand, x, y, logY, theme) : []),
  ];
  const layout = layoutOf({
    title,
    summary:
      `${title}. Lines of ${[...series, ...levels].map(({ name }) => name).join(", ")} over the steps, ` +
      `${yTitle}${logY ? " on a logarithmic scale" : ""}.`,
    theme,
    xaxis: {
      title: axisTitle("step"),
      range: x[0] < x[1] ? [...x] : [x[0], x[0] + 1],
      tickformat: ",d",
    },
    yaxis: {
      title: axisTitle(yTitle),
      ...(logY ? logAxis(y) : { range: [...y] }),
    },
    legend: series.length > 1,
    more: { annotations: levels.map((level) => levelLabel(level, logY)) },
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
 * @returns {ScatterTrace[]}
 */
function tracesOf(line, seriesColor) {
  const { name, x, y, min, max, color = seriesColor, width = 1.5, listed = true } = line;
  const label = plainText(name);
  /** @type {ScatterTrace} */
  const path = {
    type: "scatter",
    mode: countOf(y) >= FEW_POINTS ? "lines" : "lines+markers",
    name: label,
    legendgroup: label,
    ...{ x, y },
    line: { color, width },
    ...(listed ? {} : { showlegend: false }),
    marker: { color, size: 5, line: { width: 0 } },
    hovertemplate: "step %{x:,d}: %{y:.5g}",
  };
  if (!min || !max) return [path];
  const hidden = { showlegend: false, legendgroup: label, hoverinfo: /** @type {const} */ ("skip") };
  return [{ ...band(x, min, max), name: label, fillcolor: withOpacity(color, 0.18), ...hidden }, path];
}

/** @param {Level} level @param {Range} x @returns {ScatterTrace} */
const levelTrace = ({ name, value, color }, x) => ({
  type: "scatter",
  mode: "lines",
  name: plainText(name),
  x: [...x],
  y: [value, value],
  line: { color, width: 1.5, dash: "dash" },
  showlegend: false,
  hoverinfo: "skip",
});

/**
 * A line across the axis, what it is at, and a veil over what comes after.
 * @param {Stand} stand @param {Range} x @param {Range} y @param {boolean} logY @param {Theme} theme
 * @returns {ScatterTrace[]}
 */
function standTraces({ step, text }, [left, right], [low, high], logY, theme) {
  const at = STAND_TEXT;
  const height = logY ? low ** (1 - at) * high ** at : low + at * (high - low);
  /** @type {Pick<ScatterTrace, "type" | "showlegend" | "hoverinfo">} */
  const plain = { type: "scatter", showlegend: false, hoverinfo: "skip" };
  const textposition = step - left < right - step ? "middle right" : "middle left";
  return [
    {
      ...plain, mode: "lines", name: "later", x: [step, right, right, step], y: [low, low, high, high],
      line: { width: 0 }, fill: "toself", fillcolor: withOpacity(theme.surface, LATER),
    },
    { ...plain, mode: "lines", name: "here", x: [step, step], y: [low, high], line: { color: theme.accent, width: 1.5 } },
    {
      ...plain, mode: "text", name: "where", x: [step], y: [height], text: [` ${text} `], textposition,
      textfont: { size: 12, color: theme.accent, family: theme.font },
    },
  ];
}

/** At the line's end, where most lines have gone elsewhere. @param {Level} level @param {boolean} logY */
const levelLabel = ({ name, value, color }, logY) => ({
  text: plainText(name),
  ...{ x: 1, xref: "paper", xanchor: "right", y: logY ? Math.log10(value) : value, yref: "y", yanchor: "bottom" },
  showarrow: false,
  font: { size: 12, color },
});

/** How many points are to be seen. @param {Numbers} values */
function countOf(values) {
  let count = 0;
  for (let i = 0; i < values.length; i++) if (Number.isFinite(values[i])) count++;
  return count;
}

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
