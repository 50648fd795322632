/** @import { Figure, Theme } from "../types/plotly" */
/** @import { OutlierTrial } from "../types/wire" */

import { blended } from "../lib/colors.js";
import { lossesOf, meanLosses } from "../lib/laboratory/outliers.js";
import { lines } from "./lines.js";

/** How much of its colour a single outlier has beside the mean of all. */
const FAINT = 0.4;

/** On the right, so that the last tick's label is whole. */
const ROOM = 0.03;

/**
 * Each outlier's loss over steps, in a colour for each treatment, and the mean of them.
 *
 * @param {object} options
 * @param {OutlierTrial} options.trial
 * @param {number} options.threshold  Above which loss clipping silences an example.
 * @param {string} options.title
 * @param {Theme} options.theme
 * @returns {Figure}
 */
export function outlierLosses({ trial: { outliers, curves }, threshold, title, theme }) {
  const single = curves.flatMap((each, i) => outliers.map((_, outlier) => ({
    name: `${each.treatment}, outlier ${outlier + 1}`, x: each.steps, y: lossesOf(each, outlier),
    color: blended(theme.series[i], theme.surface, FAINT), width: 1, listed: false,
  })));
  const means = curves.map((each, i) => ({ name: each.treatment, x: each.steps, y: meanLosses(each), color: theme.series[i], width: 3 }));
  const { steps } = curves[0];
  const [first, last] = [steps[0], steps[steps.length - 1]];
  return lines({
    series: [...single, ...means], title, theme, yTitle: "loss (nats)",
    xRange: [first, last + ROOM * (last - first)],
    levels: [{ name: "loss clipping silences above", value: threshold, color: theme.muted }],
  });
}
