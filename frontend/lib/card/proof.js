/**
 * One gradient against autograd's: what verification says of it, and where the two differ.
 *
 * @import { ViewInfo, VerificationRow } from "../../types/wire"
 * @import { NpyArray } from "../npy.js"
 */

import { number, shape as written, whole } from "../format.js";
import { largestMagnitude } from "../ranges.js";
import { agreement } from "../verdict.js";

/** As many cells as a picture takes whole. */
const MOST_CELLS = 65_536;

/** @param {string} name @param {VerificationRow | undefined} row  undefined: it was not checked. */
export function rowVerdict(name, row) {
  if (!row) return { text: `${name} has not been checked here.`, tone: "" };
  const most = row.maxdiff === null ? "" : number(row.maxdiff, 3);
  switch (agreement(row)) {
    case "same": return { text: `${name} is autograd's, bit for bit`, tone: "good" };
    case "close": return { text: `${name} agrees with autograd's: no cell differs by more than ${most}`, tone: "good" };
    case "unknown": return { text: `${name} is not finite, and cannot be compared`, tone: "" };
    default: return { text: `${name} is not autograd's: a cell differs by ${most}`, tone: "bad" };
  }
}

/**
 * Ours, autograd's, and ours less autograd's as pictures take them (where there are too many cells, the largest magnitude
 * of each block), and the difference in words.
 * @param {string} name @param {{ ours: NpyArray, autograd: NpyArray }} both
 */
export function comparedViews(name, { ours, autograd }) {
  const { shape } = ours;
  const difference = Float32Array.from(ours.data, (value, cell) => value - autograd.data[cell]);
  const parts = { [name]: ours.data, [`${name} by autograd`]: autograd.data, [`${name} − autograd`]: difference };
  const views = Object.entries(parts).map(([tensor, all]) => {
    const { data, columns, block } = reduced(Float32Array.from(all), shape);
    /** @type {ViewInfo} */
    const info = { tensor, as: "values", known: true, known_at: 0, shape, ...(block && { block }) };
    return { info, data, rows: data.length / columns, columns };
  });
  return { views, text: differenceVerdict(difference, shape) };
}

/** @param {Float32Array} data @param {number[]} shape @returns {{ data: Float32Array, columns: number, block?: [number, number] }} */
function reduced(data, shape) {
  if (data.length <= MOST_CELLS) return { data, columns: shape.at(-1) ?? 1 };
  // As the server does it: the first dimension by all others together, in blocks as square as can be.
  const columns = shape.slice(1).reduce((product, size) => product * size, 1);
  const rows = shape[0];
  const side = Math.ceil(Math.sqrt(data.length / MOST_CELLS));
  const [down, along] = [Math.ceil(rows / side), Math.ceil(columns / side)];
  const most = new Float32Array(down * along);
  data.forEach((value, cell) => {
    const at = Math.floor(Math.floor(cell / columns) / side) * along + Math.floor((cell % columns) / side);
    // A NaN counts as larger than everything, so that none is hidden.
    if (Number.isNaN(value) || Math.abs(value) > Math.abs(most[at])) most[at] = value;
  });
  return { data: most, columns: along, block: [side, side] };
}

/** @param {Float32Array} difference @param {number[]} shape */
function differenceVerdict(difference, shape) {
  const all = whole(difference.length);
  const differing = difference.filter((value) => value !== 0).length;
  const lost = difference.filter((value) => !Number.isFinite(value)).length;
  if (!differing) return `0 everywhere: all ${all} cells (${written(shape)}) are autograd's, bit for bit.`;
  if (lost) return `${whole(lost)} of ${all} cells are not finite, and cannot be compared.`;
  return `${whole(differing)} of ${all} cells differ, by ${number(largestMagnitude(difference), 3)} at most.`;
}
