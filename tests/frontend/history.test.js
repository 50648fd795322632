import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, append, toSeries } from "../../frontend/lib/history.js";

/** @param {number} from @param {number} to @param {(step: number) => number | null} loss */
function series(from, to, loss = (step) => step) {
  const step = Array.from({ length: to - from }, (_, i) => from + i);
  const values = step.map(loss);
  return { step, mean: values, min: values, max: values };
}

test("a short history keeps every step", () => {
  assert.deepEqual(toSeries(append(append(EMPTY, series(0, 3)), series(3, 5))), series(0, 5));
});

test("steps that are held already are left as they are, but for the last, which may have changed", () => {
  const history = append(EMPTY, series(0, 3));
  assert.deepEqual(append(history, series(1, 3, () => 99)), history);
  assert.deepEqual(toSeries(append(history, series(2, 4, () => 99))).mean, [0, 1, 99, 99]);
  assert.deepEqual(toSeries(append(history, series(2, 4))).step, [0, 1, 2, 3]);
});

test("a long history stays bounded and keeps its spikes, its mean and its order", () => {
  let history = EMPTY;
  for (let from = 0; from < 20000; from += 50) {
    history = append(history, series(from, from + 50, (step) => (step === 777 ? 1000 : 1)));
  }
  const { step, mean, min, max } = toSeries(history);
  assert.ok(step.length <= 2000 && step.length > 900);
  assert.equal(Math.max(...max.map(Number)), 1000);
  assert.equal(Math.min(...min.map(Number)), 1);
  const total = history.buckets.reduce((sum, bucket) => sum + Number(bucket.mean) * bucket.steps, 0);
  assert.ok(Math.abs(total - (20000 + 999)) < 1e-6);
  assert.deepEqual(step, [...step].sort((a, b) => a - b));
  assert.equal(mean.length, step.length);
});

test("a loss that is not finite makes no bucket's mean and range unknown but its own", () => {
  const history = append(EMPTY, series(0, 5000, (step) => (step % 2 ? null : 3)));
  assert.ok(toSeries(history).mean.every((mean) => mean === 3));
  assert.deepEqual(toSeries(append(EMPTY, series(0, 2, () => null))).mean, [null, null]);
});
