/**
 * Whether contributions add up to their gradient.
 *
 * @import { read } from "../views.js"
 * @typedef {Pick<NonNullable<ReturnType<typeof read>>, "data"> & { info: { block?: readonly [number, number] | null } }} Seen
 */

import { number } from "../format.js";
import { largestMagnitude } from "../ranges.js";

/**
 * All on one scale, and how far the last, the gradient, is from the sum of the others; null where that cannot be told.
 * @param {Seen[]} seen
 */
export function additionOf(seen) {
  const known = seen.flatMap(({ data }) => (data ? [data] : []));
  const largest = Math.max(0, ...known.map(largestMagnitude));
  const signed = known.some((data) => data.some((value) => value < 0));
  return { largest, signed, largestDifference: differenceOf(seen) };
}

/** @param {Seen[]} seen */
function differenceOf(seen) {
  const arrays = seen.flatMap(({ data, info }) => (data && !info.block ? [data] : []));
  if (arrays.length < seen.length) return null;
  const [sum, ...terms] = arrays.toReversed();
  terms.reverse();
  let largest = 0;
  for (let cell = 0; cell < sum.length; cell++) {
    // Added as the server does, in single precision.
    let added = terms[0][cell];
    for (let term = 1; term < terms.length; term++) added = Math.fround(added + terms[term][cell]);
    const difference = Math.abs(added - sum[cell]);
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(largest)) return largest;
  }
  return largest;
}

/** In words. @param {string} name @param {number | null} largest @param {Seen[]} seen */
export function sumVerdict(name, largest, seen) {
  if (seen.some(({ data }) => data === null)) return "";
  if (largest === null) return "Too large to be added up here: each cell shows the largest magnitude of a block.";
  if (Number.isNaN(largest)) return "Not finite everywhere: it cannot be told whether they add up.";
  if (largest === 0) return `They add up, bit for bit: the largest |${name} − sum| is 0.`;
  return `The largest |${name} − sum| is ${number(largest, 3)}.`;
}
