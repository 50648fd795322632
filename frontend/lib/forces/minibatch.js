/**
 * The minibatch as a frame brings it: contexts, targets, what the network says of each example, and the gradient on its
 * logits.
 *
 * @import { Network, View, ViewInfo } from "../../types/wire"
 * @import { Frame, TensorData } from "../../frames.js"
 * @import { Outputs } from "./example-losses.js"
 *
 * @typedef {object} Minibatch
 * @property {number} batch  B
 * @property {number} columns  V
 * @property {boolean} whole  Every example by itself: one too large to be sent so comes in blocks.
 * @property {ViewInfo} info  Of the gradient.
 * @property {TensorData | null} gradient  dlogits; null while it is not known.
 * @property {TensorData} contexts
 * @property {TensorData} targets
 * @property {Outputs | null} outputs  null while they are not known.
 *
 * @typedef {object} Example
 * @property {ArrayLike<number>} context
 * @property {number} target
 * @property {ArrayLike<number> | null} gradient
 * @property {Float64Array | null} probabilities
 * @property {number | null} loss
 */

import { read, values } from "../views.js";
import { exampleLosses, hardestFirst, probabilitiesOf } from "./example-losses.js";

const GRADIENT = values("dlogits");
const CONTEXTS = values("Xb");
const TARGETS = values("Yb");

/** What the network keeps of its answer: a fused one has no probabilities. @param {Pick<Network, "calls">} network */
export const outputName = ({ calls }) => (calls.some(({ output }) => output === "probs") ? "probs" : "logits");

/** @param {Network | null} network @returns {View[]} */
export const minibatchViews = (network) =>
  (network ? [GRADIENT, CONTEXTS, TARGETS, values(outputName(network))] : []);

/** null until a frame has all of it. @param {Frame | null} frame @param {Network | null} network @returns {Minibatch | null} */
export function minibatchOf(frame, network) {
  if (!network) return null;
  const name = outputName(network);
  const [gradient, contexts, targets, outputs] =
    [GRADIENT, CONTEXTS, TARGETS, values(name)].map((view) => read(frame, view));
  if (!gradient || !contexts?.data || !targets?.data || !outputs) return null;
  const [batch, columns] = gradient.info.shape;
  return {
    batch, columns,
    whole: ![gradient, contexts, targets, outputs].some(({ info }) => info.block),
    info: gradient.info,
    gradient: gradient.data,
    contexts: contexts.data,
    targets: targets.data,
    outputs: outputs.data && { probs: null, logits: null, columns, [name]: outputs.data },
  };
}

/** One example of a whole minibatch. @param {Minibatch} minibatch @param {number} row @returns {Example} */
export function exampleOf({ batch, columns, gradient, contexts, targets, outputs }, row) {
  const length = contexts.length / batch;
  const probabilities = outputs && probabilitiesOf(outputs, row);
  return {
    context: contexts.subarray(row * length, (row + 1) * length),
    target: targets[row],
    gradient: gradient && gradient.subarray(row * columns, (row + 1) * columns),
    probabilities,
    loss: probabilities && -Math.log(probabilities[targets[row]]),
  };
}

/** The loss of each example; null where it cannot be told. @param {Minibatch} minibatch */
export const lossesOf = ({ whole, outputs, targets }) => (whole && outputs ? exampleLosses(outputs, targets) : null);

/**
 * Which example stands in each row of the picture; null: they stand as they come.
 * @param {ArrayLike<number> | null} losses @param {string} sort  As chosen.
 */
export const rowOrder = (losses, sort) => (losses && sort === "loss" ? hardestFirst(losses) : null);

/** The example that is chosen, in a minibatch that may be smaller. @param {string} example @param {number} batch */
export const chosenRow = (example, batch) => Math.min(Number(example), batch - 1);

/**
 * The next or the last one in the picture's order; at its end, that end.
 * @param {number} row @param {1 | -1} by @param {number} batch @param {ArrayLike<number> | null} order
 */
export function neighbour(row, by, batch, order) {
  const place = order ? Array.prototype.indexOf.call(order, row) : row;
  const next = Math.min(batch - 1, Math.max(0, place + by));
  return order ? order[next] : next;
}
