/**
 * Where a breakpoint is met, told from what was recorded.
 *
 * @import { Series, Until } from "../../types/wire"
 */

import { number } from "../format.js";

/** What is recorded of the metric: where any gradient is not finite, so is their norm. @param {Until} until */
export const recordedAs = ({ metric }) => (metric === "nan" ? "gradient_norm" : metric);

/**
 * The first step that meets it, and in which way; null where there is none.
 * @param {Until} until @param {Pick<Series, "step" | "mean">} series  A point for each step.
 */
export function crossing(until, { step, mean }) {
  const { above = Infinity, below = -Infinity } = until;
  const found = mean.findIndex((value) => value === null || value > above || value < below);
  if (found < 0) return null;
  const value = mean[found];
  return {
    step: step[found],
    text: `${recordedAs(until)} is ${value === null ? "no longer finite" : number(value)}`,
  };
}
