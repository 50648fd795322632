/**
 * What is to be said of a history of losses beside its numbers.
 *
 * @import { History } from "./history.js"
 * @import { Series } from "../../types/wire"
 */

import { whole } from "../format.js";

/**
 * The step from which on no loss was finite; null where the last one is.
 * @param {Pick<Series, "step" | "mean">} losses
 */
export const notFiniteSince = ({ step, mean }) => step[mean.findLastIndex((loss) => loss !== null) + 1] ?? null;

/**
 * How many steps share a point, of which it then is the mean, and what that makes a point. The last may be filling up.
 * Where most points are about as wide as they are meant to be, that width is told, which holds while data streams.
 * @param {Pick<History, "buckets" | "width">} history
 */
export function stepsPerPoint({ buckets, width }) {
  const sizes = buckets.slice(0, Math.max(1, buckets.length - 1)).map(({ steps }) => steps);
  const [fewest, most] = sizes.length ? [Math.min(...sizes), Math.max(...sizes)] : [1, 1];
  if (most === 1) return { steps: 1, text: "each step" };
  if (fewest === most) return { steps: most, text: `means of ${whole(most)} steps` };
  const wide = sizes.filter((size) => 2 * size >= width && size <= 2 * width).length;
  if (width > 1 && 2 * wide > sizes.length) return { steps: width, text: `means of ~${whole(width)} steps` };
  return { steps: most, text: `means of ${whole(fewest)}–${whole(most)} steps` };
}
