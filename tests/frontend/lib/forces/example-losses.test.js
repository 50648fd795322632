import assert from "node:assert/strict";
import { test } from "node:test";

import { exampleLosses, hardestFirst, probabilitiesOf } from "../../../../frontend/lib/forces/example-losses.js";

const LOGITS = Float32Array.of(1, 2, 3, 1000, 1001, 999);
const TARGETS = [0, 2];
const columns = 3;
/** e^(x − max) over their sum, worked out by hand. */
const PROBS = [0.09003057317038046, 0.24472847105479764, 0.6652409557748219, 0.24472847105479764, 0.6652409557748219, 0.09003057317038046];

/** @param {ArrayLike<number>} actual @param {number[]} expected */
function near(actual, expected) {
  assert.equal(actual.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(actual[i] - value) < 1e-6 * Math.max(1, Math.abs(value)), `${actual[i]} is not ${value}`));
}

test("the probabilities of a fused network are the softmax of its logits, however large those are", () => {
  near(probabilitiesOf({ probs: null, logits: LOGITS, columns }, 0), PROBS.slice(0, 3));
  near(probabilitiesOf({ probs: null, logits: LOGITS, columns }, 1), PROBS.slice(3));
});

test("where the network keeps its probabilities, they are those", () => {
  near(probabilitiesOf({ probs: PROBS, logits: null, columns }, 1), PROBS.slice(3));
});

test("an example's loss is −log of its target's probability, from probabilities and from logits", () => {
  const expected = [-Math.log(PROBS[0]), -Math.log(PROBS[5])];
  near(exampleLosses({ probs: PROBS, logits: null, columns }, TARGETS), expected);
  near(exampleLosses({ probs: null, logits: LOGITS, columns }, TARGETS), expected);
});

test("a probability of zero has an infinite loss, and a network that has diverged none that is a number", () => {
  assert.deepEqual([...exampleLosses({ probs: [0, 1], logits: null, columns: 2 }, [0])], [Infinity]);
  assert.deepEqual([...exampleLosses({ probs: null, logits: [NaN, 1], columns: 2 }, [1])], [NaN]);
  assert.ok(probabilitiesOf({ probs: null, logits: [NaN, 1], columns: 2 }, 0).every(Number.isNaN));
});

test("the hardest examples come first, those of equal loss in their order, and what is no number before all", () => {
  assert.deepEqual([...hardestFirst([1, 3, 2, 3])], [1, 3, 2, 0]);
  assert.deepEqual([...hardestFirst([1, NaN, Infinity, 2])], [1, 2, 3, 0]);
});
