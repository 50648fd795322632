/**
 * Where tanh is as good as flat: beyond |h| = 0.97 its slope 1 − h² is below 0.06. The server counts by the same
 * bound.
 *
 * @import { Summary } from "../../types/wire"
 */

export const SATURATED = 0.97;

/**
 * The share of the numbers among the values that are saturated; null where there is no number, and for tensors whose
 * saturation is not counted.
 * @param {Pick<Summary, "saturated" | "nan">} summary
 */
export function saturatedShare({ saturated, nan }) {
  return saturated === null || nan >= 1 ? null : saturated / (1 - nan);
}
