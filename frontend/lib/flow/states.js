/**
 * How far a step has come, as the flow shows it: which nodes and edges are lit, and where the sums stand.
 *
 * @import { Moment } from "../time/moments.js"
 * @import { Edge, Node } from "./graph.js"
 *
 * @typedef {"unknown" | "begun" | "known"} NodeState  Begun: a closed group of which a part is known.
 * @typedef {"unknown" | "forward" | "backward"} EdgeState
 */

/** @param {Node} node @param {number} op @returns {NodeState} */
export function nodeState({ from, known }, op) {
  if (op >= known) return "known";
  return op >= from ? "begun" : "unknown";
}

/** @param {Edge} edge @param {number} op @returns {EdgeState} */
export function edgeState({ known, gradientFrom }, op) {
  if (op >= gradientFrom) return "backward";
  return op >= known ? "forward" : "unknown";
}

/** How many parts of its gradient's sum have arrived. @param {Node} node @param {number} op */
export const arrived = ({ parts }, op) => parts.filter(({ known }) => known <= op).length;

/**
 * What a tensor is drawn as: itself, or the closed group that it is in; null where it is not in the drawing.
 * @template {Node} N @param {readonly N[]} nodes @param {string} tensor @returns {N | null}
 */
export function nodeFor(nodes, tensor) {
  const own = nodes.find(({ kind, tensor: drawn }) => kind !== "group" && drawn === tensor);
  return own ?? nodes.find(({ covers }) => covers.includes(tensor)) ?? null;
}

/**
 * What the last op did: the node that it computed, or the edge on which a contribution came back with the node where it
 * arrived. Inside a closed group it is the group.
 * @template {Node} N @template {Edge & { from: N }} E
 * @param {{ nodes: readonly N[], edges: readonly E[] }} layout @param {Moment | null} moment
 * @returns {{ node: N | null, edge: E | null }}
 */
export function currentOf({ nodes, edges }, moment) {
  if (!moment) return { node: null, edge: null };
  const { tensor, contribution } = moment;
  if (contribution === null) return { node: nodeFor(nodes, tensor), edge: null };
  const edge = edges.find(({ contributions }) => contributions.includes(contribution)) ?? null;
  return { edge, node: edge?.from ?? nodeFor(nodes, contribution.slice(contribution.indexOf(".") + 1)) };
}
