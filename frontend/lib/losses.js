/**
 * What is to be said of a history of losses beside its numbers.
 *
 * @import { History } from "./history.js"
 * @import { Series } from "../types/wire"
 */

/**
 * The step from which on no loss was finite; null where the last one is.
 * @param {Pick<Series, "step" | "mean">} losses
 */
export const notFiniteSince = ({ step, mean }) => step[mean.findLastIndex((loss) => loss !== null) + 1] ?? null;

/**
 * How many steps share a point, of which it then is the mean: the fewest and the most. The last may be filling up.
 * @param {Pick<History, "buckets">} history @returns {[fewest: number, most: number]}
 */
export function stepsPerPoint({ buckets }) {
  const sizes = buckets.slice(0, Math.max(1, buckets.length - 1)).map(({ steps }) => steps);
  return sizes.length ? [Math.min(...sizes), Math.max(...sizes)] : [1, 1];
}
