/** @import { Figure, Range, Theme } from "../types/plotly" */
/** @import { Series } from "../types/wire" */
/** @import { Stand } from "./lines.js" */

import { blended } from "../lib/colors.js";
import { whole } from "../lib/format.js";
import { lines } from "./lines.js";

/**
 * @typedef {object} Run
 * @property {string} name
 * @property {Series} losses
 * @property {ArrayLike<number>} smoothed
 */

/** What is shared is drawn once, as the first one's. @param {Run} run @param {number | null} parting @returns {Run} */
function afterParting({ name, losses, smoothed }, parting) {
  const from = parting === null ? 0 : Math.max(0, losses.step.findLastIndex((step) => step <= parting));
  const cut = (/** @type {(number | null)[]} */ values) => values.slice(from);
  const { step, mean, min, max } = losses;
  return {
    name,
    losses: { step: step.slice(from), mean: cut(mean), min: cut(min), max: cut(max) },
    smoothed: Array.from(smoothed).slice(from),
  };
}

/** How much of its colour a single loss has: where two runs lie over each other, the smoothed lines tell them apart. */
const FAINT = 0.45;

/**
 * The losses of two runs over the same steps, and where they part.
 *
 * @param {object} options
 * @param {[Run, Run]} options.runs
 * @param {number | null} options.parting  the last step that both share
 * @param {{ name: string, value: number }[]} options.levels
 * @param {Stand | null} options.stand
 * @param {string} options.title
 * @param {Theme} options.theme
 * @param {boolean} options.logY
 * @param {Range} options.xRange
 * @param {Range} options.yRange
 * @returns {Figure}
 */
export function lossesCompared({ runs: [first, second], parting, levels, theme, ...options }) {
  const runs = [first, afterParting(second, parting)];
  const raw = runs.map(({ name, losses: { step, mean, min, max } }, i) => (
    { name: `${name}, each`, x: step, y: mean, min, max, color: blended(theme.series[i], theme.surface, FAINT), listed: false }
  ));
  const smoothed = runs.map(({ name, losses, smoothed: y }, i) => ({ name, x: losses.step, y, color: theme.series[i] }));
  const figure = lines({
    ...options, theme, series: [...raw, ...smoothed], yTitle: "loss (nats)",
    levels: levels.map((level) => ({ ...level, color: theme.muted })),
  });
  return { ...figure, layout: parting === null ? figure.layout : withParting(figure.layout, parting, theme) };
}

/** @param {Figure["layout"]} layout @param {number} step @param {Theme} theme @returns {Figure["layout"]} */
function withParting(layout, step, theme) {
  const [left, right] = layout.xaxis.range;
  const isEarly = step - left < (right - left) / 2;
  return {
    ...layout,
    shapes: [{
      type: "line", layer: "below", xref: "x", yref: "paper", x0: step, x1: step, y0: 0, y1: 1,
      line: { color: theme.muted, width: 1, dash: "dot" },
    }],
    annotations: [.../** @type {object[]} */ (layout.annotations ?? []), {
      text: `they part at step ${whole(step)}`, x: step, xref: "x", y: 1, yref: "paper", yanchor: "top",
      xanchor: isEarly ? "left" : "right", showarrow: false, font: { size: 12, color: theme.muted },
    }],
  };
}
