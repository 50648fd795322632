import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY } from "../../frontend/lib/history.js";
import { notFiniteSince, stepsPerPoint } from "../../frontend/lib/losses.js";

/** @param {(number | null)[]} mean */
const losses = (mean) => ({ step: mean.map((_, i) => 10 * i), mean });

test("a run that has diverged is not finite since the first loss of its last stretch that is not", () => {
  assert.equal(notFiniteSince(losses([3, null, 4, null, null])), 30);
  assert.equal(notFiniteSince(losses([null, null])), 0);
});

test("a run that goes on, or has not begun, is finite", () => {
  assert.equal(notFiniteSince(losses([3, null, 4])), null);
  assert.equal(notFiniteSince(losses([])), null);
});

test("a point is one step as long as all steps have room, and then the mean of several", () => {
  const bucket = { step: 0, mean: 1, min: 1, max: 1 };
  const history = (/** @type {number[]} */ ...steps) =>
    ({ ...EMPTY, buckets: steps.map((each) => ({ ...bucket, steps: each })) });
  assert.deepEqual(stepsPerPoint(EMPTY), [1, 1]);
  assert.deepEqual(stepsPerPoint(history(1, 1, 1)), [1, 1]);
  assert.deepEqual(stepsPerPoint(history(16, 16, 3)), [16, 16]);
  assert.deepEqual(stepsPerPoint(history(2, 3, 2)), [2, 3]);
});
