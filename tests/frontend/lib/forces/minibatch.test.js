/** @import { Frame } from "../../../../frontend/frames.js" */

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  chosenRow, exampleOf, lossesOf, minibatchOf, minibatchViews, neighbour, outputName, rowOrder,
} from "../../../../frontend/lib/forces/minibatch.js";

const network = /** @type {any} */ ({ calls: [{ output: "logits" }, { output: "probs" }] });
const fused = /** @type {any} */ ({ calls: [{ output: "logits" }] });

/** @param {Record<string, { shape: number[], data: ArrayLike<number> | null, block?: number[] }>} tensors @returns {Frame} */
function frameOf(tensors) {
  const entries = Object.entries(tensors).map(([name, { shape, data, block = null }]) =>
    /** @type {const} */ ([`values:${name}:65536`, { shape, data, block, name }]));
  return /** @type {any} */ ({
    info: { views: Object.fromEntries(entries.map(([id, { shape, data, block, name }]) =>
      [id, { tensor: name, as: "values", known: data !== null, known_at: 7, shape, block }])) },
    arrays: new Map(entries.flatMap(([id, { shape, data }]) => (data ? [[id, { dtype: "F32", shape, data }]] : []))),
  });
}

const TENSORS = {
  dlogits: { shape: [2, 3], data: Float32Array.of(0.1, -0.45, 0.35, -0.1, 0.05, 0.05) },
  Xb: { shape: [2, 2], data: Int32Array.of(0, 1, 1, 2) },
  Yb: { shape: [2], data: Int32Array.of(1, 0) },
  probs: { shape: [2, 3], data: Float32Array.of(0.2, 0.1, 0.7, 0.8, 0.1, 0.1) },
  logits: { shape: [2, 3], data: Float32Array.of(0, 0, 0, 0, 0, 0) },
};

/** @param {any} [changed] */
const minibatch = (changed = {}) => /** @type {any} */ (minibatchOf(frameOf({ ...TENSORS, ...changed }), network));

test("a network that keeps probabilities is asked for them, a fused one for its logits", () => {
  assert.deepEqual([outputName(network), outputName(fused)], ["probs", "logits"]);
  assert.deepEqual(minibatchViews(fused).map(({ id }) => id.split(":")[1]), ["dlogits", "Xb", "Yb", "logits"]);
  assert.deepEqual(minibatchViews(null), []);
});

test("there is no minibatch until a frame has all of it", () => {
  assert.equal(minibatchOf(null, network), null);
  const { Yb: _, ...some } = TENSORS;
  assert.equal(minibatchOf(frameOf(some), network), null);
});

test("an example has its own row of everything", () => {
  const { context, target, gradient, probabilities, loss } = exampleOf(minibatch(), 1);
  assert.deepEqual(Array.from(context), [1, 2]);
  assert.equal(target, 0);
  assert.deepEqual([.../** @type {Float32Array} */ (gradient)], [...Float32Array.of(-0.1, 0.05, 0.05)]);
  assert.equal(/** @type {Float64Array} */ (probabilities)[0], Math.fround(0.8));
  assert.equal(loss, -Math.log(Math.fround(0.8)));
});

test("what is not known yet at this op is null, and all else is there", () => {
  const { gradient, probabilities, loss } = exampleOf(minibatch({ dlogits: { shape: [2, 3], data: null } }), 0);
  assert.equal(gradient, null);
  assert.ok(probabilities && loss);
  assert.equal(exampleOf(minibatch({ probs: { shape: [2, 3], data: null } }), 0).loss, null);
});

test("examples can be sorted by their loss, unless several share a row", () => {
  const losses = lossesOf(minibatch());
  assert.deepEqual([.../** @type {Int32Array} */ (rowOrder(losses, "loss"))], [0, 1]);
  assert.equal(rowOrder(losses, "batch"), null);
  const reduced = minibatch({ dlogits: { ...TENSORS.dlogits, block: [2, 1] } });
  assert.equal(reduced.whole, false);
  assert.equal(rowOrder(lossesOf(reduced), "loss"), null);
});

test("the chosen example is the last one of a minibatch that is smaller", () => {
  assert.equal(chosenRow("3", 32), 3);
  assert.equal(chosenRow("99", 32), 31);
});

test("a neighbour is that of the order on show, and there is none beyond the ends", () => {
  assert.equal(neighbour(3, 1, 5, null), 4);
  assert.equal(neighbour(4, 1, 5, null), 4);
  assert.equal(neighbour(0, 1, 3, Int32Array.of(2, 0, 1)), 1);
  assert.equal(neighbour(0, -1, 3, Int32Array.of(2, 0, 1)), 2);
  assert.equal(neighbour(2, -1, 3, Int32Array.of(2, 0, 1)), 2);
});
