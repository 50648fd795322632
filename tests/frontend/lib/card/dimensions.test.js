/** @import { Check } from "../../../../frontend/lib/card/dimension-checks.js" */
/** @import { Dimension } from "../../../../frontend/lib/card/dimensions.js" */
/** @import { Network } from "../../../../frontend/types/wire" */

import assert from "node:assert/strict";
import { test } from "node:test";

import { backwardCheck, forwardCheck } from "../../../../frontend/lib/card/dimension-checks.js";
import { dimensionsOf, foldsOf, letters, sizes } from "../../../../frontend/lib/card/dimensions.js";
import { networks, op, ops } from "../../described.js";

/** @param {Dimension[]} dimensions */
const sizesOf = (dimensions) => dimensions.map(({ size }) => size);

/** @param {Dimension[]} dimensions */
const count = (dimensions) => sizesOf(dimensions).reduce((product, size) => product * size, 1);

/** Every tensor's shape, as the server tells it. @param {Network} network @returns {Map<string, number[]>} */
function shapesOf({ calls, gradients, dimensions: { B, T } }) {
  return new Map([
    ["Xb", [B, T]], ["Yb", [B]], ["loss", []], ["dloss", []],
    ...gradients.flatMap(({ name, tensor, shape }) => /** @type {[string, number[]][]} */ ([[name, shape], [tensor, shape]])),
    ...calls.map(({ output, shape }) => /** @type {[string, number[]]} */ ([output, shape])),
  ]);
}

/** All checks of a network, forwards and backwards. @param {Network} network */
function checksOf(network) {
  const all = dimensionsOf(network, ops);
  return network.calls.flatMap((call) => {
    const entry = op(call.op);
    const forward = { line: call.code, check: forwardCheck(call, entry, all) };
    const backward = entry.backward.map(({ input }) => ({
      line: `${call.code}, to ${input}`, check: backwardCheck(call, entry, input, all),
    }));
    return [forward, ...backward];
  });
}

/** @param {Check} check */
function isTrue({ operands, product, result }) {
  if (!product) return;
  const [left, right] = operands;
  assert.deepEqual([left.inner, right.inner], [1, 0]);
  assert.deepEqual(left.dimensions[1], right.dimensions[0], "the inner dimensions meet");
  assert.deepEqual([left.dimensions[0], right.dimensions[1]], result.dimensions, "the outer ones are the result's");
}

for (const [name, network] of Object.entries(networks)) {
  const shapes = shapesOf(network);
  const checks = checksOf(network);

  test(`${name}: every tensor in a check has the shape that the network says`, () => {
    for (const { line, check } of checks) {
      for (const { tensor, dimensions, transposed } of [...check.operands, check.result]) {
        const turned = transposed ? dimensions.toReversed() : dimensions;
        assert.deepEqual(sizesOf(turned), shapes.get(tensor), `${line}: ${tensor}`);
      }
    }
  });

  test(`${name}: the sizes of every product meet`, () => {
    for (const { line, check } of checks) assert.doesNotThrow(() => isTrue(check), line);
    assert.equal(checks.filter(({ check }) => check.product).length, 3 * network.calls.filter(({ op: name }) =>
      ["linear", "matmul"].includes(name)).length);
  });

  test(`${name}: a dimension has a letter of the network's, of the same size`, () => {
    for (const [tensor, dimensions] of dimensionsOf(network, ops)) {
      for (const { name: letter, size } of dimensions) {
        if (letter === "1") assert.equal(size, 1, tensor);
        else {
          const factors = letter.split("·").map((factor) => network.dimensions[factor]);
          assert.equal(factors.reduce((product, factor) => product * factor, 1), size, `${tensor}: ${letter}`);
        }
      }
    }
  });

  test(`${name}: where sides differ in size, one is so many times the other`, () => {
    const all = dimensionsOf(network, ops);
    for (const call of network.calls) {
      for (const { use, from, to, over } of foldsOf(call, op(call.op), all)) {
        if (use === "copied") assert.equal(count(from) * count(over), count(to), call.code);
        if (use === "reduced") assert.equal(count(from), count(to) * count(over), call.code);
        if (use === "looked up") assert.equal(count(to), count(over) * from[1].size, call.code);
      }
    }
  });
}

test("a product whose sizes do not meet is no true one", () => {
  const [{ check }] = checksOf(networks["without biases"]).filter(({ check: { product } }) => product);
  const [left, right] = check.operands;
  const wrong = { ...check, operands: [{ ...left, dimensions: left.dimensions.toReversed() }, right] };
  assert.throws(() => isTrue(wrong));
});

const LAYER = networks["atomic, batch norm hidden, 1 layers"];

/** @param {Check} check */
const written = ({ operands, by, product, result }) => {
  const terms = operands.map(({ tensor, transposed }) => tensor + (transposed ? "ᵀ" : ""));
  const of = (/** @type {(dimensions: Dimension[]) => string} */ text) =>
    `${operands.map(({ dimensions }) => text(dimensions)).join(product ? " · " : ", ")} → ${text(result.dimensions)}`;
  return [`${result.tensor} = ${terms.join(product ? " · " : ", ")}`, of(letters), of(sizes), by].filter(Boolean);
};

/** @type {[line: string, operand: string, expected: string[]][]} */
const BACKWARD = [
  ["logits", "W", ["dW2 = hᵀ · dlogits", "H B · B V → H V", "64×32 · 32×27 → 64×27"]],
  ["logits", "x", ["dh = dlogits · W2ᵀ", "B V · V H → B H", "32×27 · 27×64 → 32×64"]],
  ["logits", "b", ["db2 = dlogits", "B V → V", "32×27 → 27", "Σ over B"]],
  ["hprebn", "W", ["dW1 = embcatᵀ · dhprebn", "T·E B · B H → T·E H", "30×32 · 32×64 → 30×64"]],
  ["hpreact", "gain", ["dbngain = dhpreact", "B H → 1 H", "32×64 → 1×64", "Σ over B"]],
  ["norm_logits", "b", ["dlogit_maxes = dnorm_logits", "B V → B 1", "32×27 → 32×1", "Σ over V"]],
  ["bnmeani", "x", ["dhprebn = dbnmeani", "1 H → B H", "1×64 → 32×64", "spread along B"]],
  ["embcat", "x", ["demb = dembcat", "B T·E → B T E", "32×30 → 32×3×10"]],
  ["emb", "C", ["dC = demb", "B T E → V E", "32×3×10 → 27×10", "rows added up"]],
  ["loss", "logprobs", ["dlogprobs = dloss", "scalar → B V", "1 number → 32×27", "spread along B V"]],
];
for (const [output, operand, expected] of BACKWARD) {
  test(`${expected[0]}: ${expected[1]}`, () => {
    const call = LAYER.calls.find((each) => each.output === output);
    assert.ok(call);
    assert.deepEqual(written(backwardCheck(call, op(call.op), operand, dimensionsOf(LAYER, ops))), expected);
  });
}

test("forwards the layer's inputs are multiplied, and its bias is copied to all examples", () => {
  const call = LAYER.calls.find(({ output }) => output === "logits");
  assert.ok(call);
  const check = forwardCheck(call, op(call.op), dimensionsOf(LAYER, ops));
  assert.deepEqual(check.operands.map(({ tensor }) => tensor), ["h", "W2", "b2"]);
  assert.equal(check.says, "Inner sizes match, H = 64: each cell of logits is a sum of 64 products. "
    + "b2 is copied along all 32 examples.");
});
