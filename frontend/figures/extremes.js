/** The outermost values of a heat map, in words for those who do not see its colours. */

import { countedNotFinite } from "./not-finite.js";
import { shortNumber } from "./text.js";

/**
 * The largest and the smallest finite value with their places, and how many are not finite.
 *
 * @param {Float32Array} values  row by row
 * @param {{ title: string, labels: string[] }} rows
 * @param {{ title: string, labels: string[] }} columns
 */
export function extremes(values, rows, columns) {
  let [low, high] = [-1, -1];
  for (let i = 0; i < values.length; i++) {
    if (!Number.isFinite(values[i])) continue;
    if (low < 0 || values[i] < values[low]) low = i;
    if (high < 0 || values[i] > values[high]) high = i;
  }
  const special = countedNotFinite(values);
  const says = special ? ` Not finite: ${special}.` : "";
  if (low < 0) return `No finite value.${says}`;
  if (values[low] === values[high]) return `All finite values are ${shortNumber(values[low], 4)}.${says}`;
  const width = columns.labels.length;
  const told = (/** @type {number} */ i) => `${shortNumber(values[i], 4)} at ${rows.title} ${rows.labels[Math.floor(i / width)]}, `
    + `${columns.title} ${columns.labels[i % width]}`;
  return `Largest ${told(high)}; smallest ${told(low)}.${says}`;
}
