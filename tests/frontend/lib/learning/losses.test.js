import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY } from "../../../../frontend/lib/learning/history.js";
import { notFiniteSince, stepsPerPoint } from "../../../../frontend/lib/learning/losses.js";

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
  assert.deepEqual(stepsPerPoint(EMPTY), { steps: 1, text: "each step" });
  assert.deepEqual(stepsPerPoint(history(1, 1, 1)), { steps: 1, text: "each step" });
  assert.deepEqual(stepsPerPoint(history(16, 16, 3)), { steps: 16, text: "means of 16 steps" });
  assert.deepEqual(stepsPerPoint(history(1, 2, 1)), { steps: 2, text: "means of 1–2 steps" });
  assert.deepEqual(stepsPerPoint(history(4, 5, 4)), { steps: 5, text: "means of 4–5 steps" });
});

test("points that are about as wide as they are meant to be are said to be so, whatever the next frame brings", () => {
  const history = (/** @type {number[]} */ ...steps) =>
    ({ width: 1024, buckets: steps.map((each) => ({ step: 0, mean: 1, min: 1, max: 1, steps: each })) });
  const about = { steps: 1024, text: "means of ~1,024 steps" };
  assert.deepEqual(stepsPerPoint(history(1024, 1029, 1019, 3)), about);
  assert.deepEqual(stepsPerPoint(history(1024, 1030, 1018, 600)), about);
  assert.deepEqual(stepsPerPoint(history(1024, 1024, 90, 3)), about);
  assert.deepEqual(stepsPerPoint(history(1024, 1024, 2100, 3)), about);
  assert.deepEqual(stepsPerPoint(history(90, 1024, 1)), { steps: 1024, text: "means of 90–1,024 steps" });
});
