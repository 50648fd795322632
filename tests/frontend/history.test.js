import assert from "node:assert/strict";
import { test } from "node:test";

import { EMPTY, append, continued, isGap, past, toSeries } from "../../frontend/lib/history.js";

/** @param {number} from @param {number} to @param {(step: number) => number | null} loss */
function series(from, to, loss = (step) => step) {
  const step = Array.from({ length: to - from }, (_, i) => from + i);
  const values = step.map(loss);
  return { step, mean: values, min: values, max: values };
}

/** As a session tells it that stands at the last of these steps. @param {ReturnType<typeof series>} told */
const now = (told) => ({ step: told.step.at(-1) ?? 0, loss: told.mean.at(-1) ?? null });

/** @param {import("../../frontend/lib/history.js").History} history @param {ReturnType<typeof series>} told */
const add = (history, told) => append(history, told, now(told));

/** @param {import("../../frontend/lib/history.js").History} history */
const steps = ({ buckets }) => buckets.reduce((sum, bucket) => sum + bucket.steps, 0);

test("a short history keeps every step", () => {
  assert.deepEqual(toSeries(add(add(EMPTY, series(0, 3)), series(2, 5))), series(0, 5));
});

test("steps that are over are left as they are, and the present one is taken anew", () => {
  const history = add(EMPTY, series(0, 3));
  assert.deepEqual(toSeries(add(history, series(1, 3, () => 99))).mean, [0, 1, 99]);
  assert.deepEqual(toSeries(add(history, series(2, 4, () => 99))).mean, [0, 1, 99, 99]);
  assert.deepEqual(toSeries(add(history, series(2, 4))).step, [0, 1, 2, 3]);
});

test("the present step's loss is taken anew however long the history is", () => {
  let history = EMPTY;
  for (let from = 0; from < 9000; from += 50) history = add(history, series(from, from + 51, () => 1));
  assert.ok(history.width > 1);
  const { step, mean } = toSeries(append(history, series(9000, 9001, () => 7), { step: 9000, loss: 7 }));
  assert.deepEqual([step.at(-1), mean.at(-1), mean.at(-2)], [9000, 7, 1]);
});

test("where many steps share the last bucket, the present one's loss is the one told beside it", () => {
  const told = { step: [0, 10], mean: [3, 2], min: [3, 1], max: [3, 4] };
  const history = append(EMPTY, told, { step: 20, loss: 1.5 });
  assert.deepEqual(history.buckets.map((bucket) => [bucket.step, bucket.steps]), [[0, 10], [10, 10]]);
  assert.deepEqual(history.present, { step: 20, steps: 1, mean: 1.5, min: 1.5, max: 1.5 });
});

test("a step whose loss is not known yet has no point", () => {
  const history = append(EMPTY, series(0, 3), { step: 3, loss: null });
  assert.deepEqual(toSeries(history), series(0, 3));
});

test("a past ends where it is said to, and each step after it counts once", () => {
  const told = { step: [0, 50], mean: [3, 2], min: [3, 2], max: [3, 2] };
  const since = append(EMPTY, { step: [0, 80], mean: [3, 1], min: [3, 1], max: [3, 1] }, { step: 120, loss: 1 });
  const history = continued(past(told, 100), since);
  assert.deepEqual(history.buckets.map((bucket) => [bucket.step, bucket.steps]), [[0, 50], [50, 50], [100, 20]]);
  assert.equal(history.present?.step, 120);
});

test("missing steps are noticed", () => {
  const history = add(EMPTY, series(0, 3));
  assert.equal(isGap(history, series(2, 4)), false);
  assert.equal(isGap(history, series(3, 4)), true);
  assert.equal(isGap(EMPTY, series(0, 1)), false);
  assert.equal(isGap(EMPTY, series(0, 0)), false);
});

test("a long history stays bounded and keeps its spikes, its mean and its order", () => {
  let history = EMPTY;
  for (let from = 0; from < 20000; from += 50) {
    history = add(history, series(from, from + 51, (step) => (step === 777 ? 1000 : 1)));
  }
  const { step, mean, min, max } = toSeries(history);
  assert.ok(step.length <= 2001 && step.length > 900);
  assert.equal(Math.max(...max.map(Number)), 1000);
  assert.equal(Math.min(...min.map(Number)), 1);
  const total = history.buckets.reduce((sum, bucket) => sum + Number(bucket.mean) * bucket.steps, 0);
  assert.equal(steps(history), 20000);
  assert.ok(Math.abs(total - (20000 + 999)) < 1e-6);
  assert.deepEqual(step, [...step].sort((a, b) => a - b));
  assert.equal(mean.length, step.length);
});

test("a loss that is not finite makes no bucket's mean and range unknown but its own", () => {
  const history = append(EMPTY, series(0, 5000, (step) => (step % 2 ? null : 3)), { step: 5000, loss: 3 });
  assert.ok(toSeries(history).mean.every((mean) => mean === 3));
  assert.deepEqual(toSeries(append(EMPTY, series(0, 2, () => null), { step: 1, loss: null })).mean, [null, null]);
});
