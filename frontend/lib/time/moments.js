/**
 * One step of training in order: the minibatch, the forward ops, then the backward contributions.
 *
 * @import { Network, Position } from "../../types/wire"
 * @import { Unit } from "../../api.js"
 *
 * @typedef {object} Moment
 * @property {number} op  The position's `op` once it is done.
 * @property {"minibatch" | "forward" | "backward"} pass
 * @property {string} label  `probs`, or `dcounts ← probs` for what reaches a gradient through a tensor.
 * @property {string} code  The PyTorch line.
 * @property {string} tensor  The forward tensor it is about.
 * @property {string | null} contribution  The contribution's own name, backward only.
 */

/** @type {Omit<Moment, "op">} */
const MINIBATCH = {
  pass: "minibatch",
  label: "Xb, Yb",
  code: "Xb, Yb = Xtr[ix], Ytr[ix]",
  tensor: "Xb",
  contribution: null,
};

/** @param {Network} network @returns {Moment[]} */
function forward(network) {
  return network.calls.map((call) => ({
    op: call.known_at,
    pass: "forward",
    label: call.output,
    code: call.code,
    tensor: call.output,
    contribution: null,
  }));
}

/** @param {Network} network @returns {Moment[]} */
function backward(network) {
  return network.gradients.flatMap((gradient) => gradient.contributions.map((part) => ({
    op: part.known_at,
    pass: "backward",
    label: `${gradient.name} ← ${part.via}`,
    code: part.code,
    tensor: gradient.tensor,
    contribution: part.name,
  })));
}

/** All moments of a step, by `op`. @param {Network} network @returns {Moment[]} */
export function momentsOf(network) {
  return [{ ...MINIBATCH, op: 0 }, ...forward(network), ...backward(network)].sort((a, b) => a.op - b.op);
}

/** The moment a position stands at: what was done last. @param {Moment[]} moments @param {Position} position */
export function momentAt(moments, position) {
  return moments.find(({ op }) => op === position.op) ?? null;
}

/**
 * So much of a move back as the run has room for: before step 0, where its minibatch is drawn, there is nothing.
 * @param {Unit} unit @param {number} count  Negative.
 * @param {Position} position @param {Pick<Network, "forward_ops">} network
 */
export function backWithin(unit, count, { step, op, ops }, { forward_ops }) {
  // What a step can stand at: at op 0, after the forward pass, and at its end.
  const passes = op > forward_ops ? 2 : Math.min(op, 1);
  const room = { op: step * (ops + 1) + op, pass: 3 * step + passes, step }[unit];
  return Math.max(count, -room);
}
