import assert from "node:assert/strict";
import { test } from "node:test";

import { firstLayerReads, times } from "../../../../frontend/lib/learning/first-layer.js";

/** @param {ArrayLike<number>} actual @param {ArrayLike<number>} expected */
function close(actual, expected) {
  assert.equal(actual.length, expected.length);
  for (let i = 0; i < actual.length; i++) assert.ok(Math.abs(actual[i] - expected[i]) < 1e-9, `${i}: ${actual[i]} is not ${expected[i]}`);
}

/** Squared distances between all rows. @param {ArrayLike<number>} rows @param {number} columns */
function distances(rows, columns) {
  const count = rows.length / columns;
  return Array.from({ length: count * count }, (_, at) => {
    const [a, b] = [Math.floor(at / count), at % count];
    return Array.from({ length: columns }, (__, k) => (rows[a * columns + k] - rows[b * columns + k]) ** 2).reduce((x, y) => x + y);
  });
}

test("rows times the factor are as far apart as their products with the weights of all places", () => {
  const rows = [1, 2, 0, -1, 3, 0.5];
  const weights = [2, 1, 0, -1, 0.5, 3, 1, 1, 4, 0, -2, 1];
  // numpy: np.hstack([C @ W1[:2], C @ W1[2:]]) with C = rows, 3 × 2, and W1 = weights, 4 × 3
  const products = [0, 2, 6, 1, -3, 6, 1, -0.5, -3, 0, 2, -1, 5.5, 3.25, 1.5, 3, 2, 12.5];
  close(distances(times(rows, 2, firstLayerReads(weights, 2, 3)), 2), distances(products, 6));
});

test("what no weight reads sets nothing apart", () => {
  // The second component of every place has no weights; of the third and first only the sum is read.
  const factor = firstLayerReads([1, 2, 0, 0, 1, 2], 3, 2);
  close(times([0, 5, 0], 3, factor), [0, 0, 0]);
  close(distances(times([1, 0, 0, 0, 0, 1], 3, factor), 3), [0, 0, 0, 0]);
});

test("more columns than units are read as well as they can be", () => {
  const factor = firstLayerReads([1, 2, 3], 3, 1);
  close(distances(times([1, 1, 1, 0, 0, 0], 3, factor), 3), [0, 36, 36, 0]);
});

test("what is not finite stays so", () => {
  assert.ok(times([1, 2], 2, firstLayerReads([1, NaN, 3, 4], 2, 2)).some(Number.isNaN));
});
