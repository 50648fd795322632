/**
 * Outliers on trial: what came of them under each treatment, in numbers and in words.
 *
 * @import { OutlierCurves, OutlierTrial } from "../../types/wire"
 */

import { fixed, whole } from "../format.js";

/** Drawn less often than so, an outlier cannot be learnt, whatever is done. */
const FEWEST_DRAWS = 10;

/** @param {(number | null)[]} losses  One step's. */
const mean = (losses) => (losses.includes(null) ? NaN : losses.reduce((/** @type {number} */ sum, loss) => sum + Number(loss), 0) / losses.length);

/** The outliers' mean loss at each of the steps; NaN where one is not finite. @param {OutlierCurves} curves */
export const meanLosses = ({ losses }) => losses.map(mean);

/** One outlier's losses over the steps. @param {OutlierCurves} curves @param {number} outlier */
export const lossesOf = ({ losses }, outlier) => losses.map((step) => step[outlier]);

/** How a loss has changed, such as `14.5 → 1.36 (−91 %)`. @param {number | null} before @param {number | null} after */
export function changeText(before, after) {
  if (before === null || after === null || !Number.isFinite(before) || !Number.isFinite(after)) return "not finite";
  const percent = Math.round(100 * (after / before - 1));
  return `${fixed(before, 2)} → ${fixed(after, 2)} (${percent < 0 ? "−" : "+"}${Math.abs(percent)} %)`;
}

/** @param {OutlierTrial} trial */
export function trialText({ draws, curves }) {
  const steps = curves[0].steps;
  const often = `In ${whole(steps[steps.length - 1] - steps[0])} steps each outlier was drawn about ${fixed(draws, draws < 10 ? 1 : 0)} times`;
  if (draws < FEWEST_DRAWS) {
    return `${often}: too seldom for anybody to learn it. Take a session with fewer words, such as “Session with 100 names”.`;
  }
  const changes = curves.map((each) => {
    const means = meanLosses(each);
    return `${each.treatment} ${changeText(means[0], means[means.length - 1])}`;
  });
  return `${often}. Their mean loss in nats: ${changes.join("; ")}.`;
}
