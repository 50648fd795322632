/**
 * Where another network stands when it has come as far as this one. Networks can differ in their ops: one may have no
 * batch norm, or have it as one op. What they have in common are tensor names, so an op of one is taken to the other
 * by what is known at it: the other goes on to the last of those tensors, gradients and contributions that it has too.
 * Beginning, end of the forward pass and end are the same moments in all networks.
 *
 * @import { Network } from "../../types/wire"
 *
 * @typedef {Pick<Network, "ops" | "forward_ops" | "calls" | "gradients">} Ops
 */

/** What becomes known, and from which op on. @param {Ops} network @returns {[name: string, op: number][]} */
function milestones({ calls, gradients }) {
  return [
    ...calls.map(({ output, known_at }) => /** @type {[string, number]} */ ([output, known_at])),
    ...[...gradients, ...gradients.flatMap(({ contributions }) => contributions)]
      .map(({ name, known_at }) => /** @type {[string, number]} */ ([name, known_at])),
  ];
}

/** The op of `there` that shows what `op` shows of `here`. @param {number} op @param {Ops} here @param {Ops} there */
export function sameOp(op, here, there) {
  if (op >= here.ops) return there.ops;
  if (op === here.forward_ops) return there.forward_ops;
  const known = new Map(milestones(there));
  const reached = milestones(here).filter(([, at]) => at <= op).map(([name]) => known.get(name) ?? 0);
  // One that is through while the other is not would go on to another step with the next command.
  return Math.min(Math.max(0, ...reached), there.ops - 1);
}
