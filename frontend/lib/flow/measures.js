/**
 * What the flow asks the stream for.
 *
 * @import { Layout } from "./layout.js"
 */

/** The stream's limit for one view. */
const MOST = 512;

/**
 * The tensors whose root mean squares are shown: first those on the edges, then sums, then values, for as many of which
 * as there is room.
 * @param {Pick<Layout, "nodes" | "edges">} layout @returns {string[]}
 */
export function tensorsOf({ nodes, edges }) {
  return [...new Set([
    ...edges.flatMap(({ measure }) => measure ?? []),
    ...nodes.flatMap(({ gradient }) => gradient ?? []),
    ...nodes.map(({ tensor }) => tensor),
  ])].slice(0, MOST);
}

/**
 * The gradients that the scale is made for: those on the line itself. Beside it there can be gradients which are zero
 * but for rounding, as that of the subtracted maximum is, or of a bias before batch norm.
 * @param {Pick<Layout, "edges">} layout @returns {string[]}
 */
export const measuredOnLine = ({ edges }) =>
  edges.flatMap(({ from, to, measure }) => (from.lane === 0 && to.lane === 0 && measure ? [measure] : []));
