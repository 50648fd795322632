/**
 * Networks as the server describes them, for tests of the flow: written as lines of a forward pass, with shapes.
 *
 * @import { Call, Contribution, Gradient, Network } from "../../frontend/types/wire"
 */

const LOSS = `
  logit_maxes = logits
  norm_logits = logits logit_maxes
  counts = norm_logits
  counts_sum = counts
  counts_sum_inv = counts_sum
  probs = counts counts_sum_inv
  logprobs = probs
  loss = logprobs Yb`;

/** @param {string} n  Its number, as a suffix. */
const batchNorm = (n) => `
  bnmeani${n} = hprebn${n}
  bndiff${n} = hprebn${n} bnmeani${n}
  bndiff2${n} = bndiff${n}
  bnvar${n} = bndiff2${n}
  bnvar_inv${n} = bnvar${n}
  bnraw${n} = bndiff${n} bnvar_inv${n}
  hpreact${n} = bngain${n} bnraw${n} bnbias${n}`;

/** @param {{ layers?: number, norm?: boolean, fused?: boolean }} [options] @returns {Network} */
export function networkOf({ layers = 1, norm = true, fused = false } = {}) {
  const suffix = (/** @type {number} */ layer) => (layers === 1 ? "" : `_${layer}`);
  /** @type {[part: string, layer: number | null, lines: string][]} */
  const parts = [["embedding", null, "emb = C Xb\nembcat = emb"]];
  for (let layer = 1; layer <= layers; layer++) {
    const n = suffix(layer);
    const linear = `${norm ? "hprebn" : "hpreact"}${n} = ${layer === 1 ? "embcat" : `h${suffix(layer - 1)}`} W${layer} b${layer}`;
    const normed = fused ? `\nhpreact${n} = hprebn${n} bngain${n} bnbias${n}` : batchNorm(n);
    parts.push(["hidden", layer, `${linear}${norm ? normed : ""}\nh${n} = hpreact${n}`]);
  }
  parts.push(["output", null, `logits = h${suffix(layers)} W${layers + 1} b${layers + 1}`],
    ["loss", null, fused ? "loss = logits Yb" : LOSS]);
  return described(parts);
}

/** @param {[part: string, layer: number | null, lines: string][]} parts @returns {Network} */
function described(parts) {
  const calls = parts.flatMap(([part, layer, lines]) => lines.trim().split("\n").map((line) => {
    const [output, inputs] = line.trim().split(" = ");
    return { part, layer, output, inputs: inputs.split(" ").map((tensor) => ({ operand: tensor, tensor })) };
  })).map((call, index) => /** @type {Call} */ ({
    ...call, index, op: "op", shape: [2, 3], code: `${call.output} = …`, known_at: index + 1,
  }));
  /** @type {Map<string, Contribution[]>} */
  const contributions = new Map();
  let known_at = calls.length;
  for (const { index, inputs, output } of [...calls].reverse()) {
    for (const { tensor } of inputs.filter((input) => !["Xb", "Yb"].includes(input.tensor))) {
      known_at++;
      const part = /** @type {Contribution} */ ({
        name: `d${tensor}.${output}`, call: index, operand: tensor, via: output, code: "", known_at,
      });
      contributions.set(tensor, [...(contributions.get(tensor) ?? []), part]);
    }
  }
  const gradients = [...contributions].map(([tensor, all]) => /** @type {Gradient} */ ({
    name: `d${tensor}`, tensor, shape: [2, 3], known_at: all[all.length - 1].known_at, contributions: all,
  }));
  // Of the rest the flow needs nothing.
  return /** @type {Network} */ ({ ops: known_at, forward_ops: calls.length, calls, gradients });
}
