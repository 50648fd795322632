import assert from "node:assert/strict";
import test from "node:test";

import { smooth } from "../../../../frontend/lib/learning/smoothing.js";

test("smoothing starts at the first value and not near zero", () => assert.equal(smooth([8, 8, 8], 0.99)[0], 8));

test("a constant stays what it is", () => {
  for (const value of smooth(Array(50).fill(3.25), 0.9)) assert.ok(Math.abs(value - 3.25) < 1e-12);
});

test("without weight for the past nothing is smoothed", () => assert.deepEqual([...smooth([1, 5, 2], 0)], [1, 5, 2]));

test("every value is the weighted mean of those up to it", () => {
  // By the definition: weights 1, w, w² … backwards from the value.
  const values = [1, 4, -2, 7];
  const smoothed = smooth(values, 0.5);
  values.forEach((_, i) => {
    const weights = values.slice(0, i + 1).map((__, j) => 0.5 ** (i - j));
    const mean = weights.reduce((sum, w, j) => sum + w * values[j], 0) / weights.reduce((sum, w) => sum + w);
    assert.ok(Math.abs(smoothed[i] - mean) < 1e-12);
  });
});

test("gaps stay gaps and leave no trace in what follows", () => {
  assert.deepEqual([...smooth([1, null, NaN, Infinity, 1], 0.5)], [1, NaN, NaN, NaN, 1]);
});
