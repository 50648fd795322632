import assert from "node:assert/strict";
import { test } from "node:test";

import { BUCKETS_RUNNING, EMPTY, append, continued, cut, isBlurred, isCoarse, isGap, past, toSeries } from "../../../../frontend/lib/learning/history.js";

/** @param {number} from @param {number} to @param {(step: number) => number | null} loss */
function series(from, to, loss = (step) => step) {
  const step = Array.from({ length: to - from }, (_, i) => from + i);
  const values = step.map(loss);
  return { step, mean: values, min: values, max: values };
}

/** As a session tells it that stands at the last of these steps. @param {ReturnType<typeof series>} told */
const now = (told) => ({ step: told.step.at(-1) ?? 0, loss: told.mean.at(-1) ?? null });

/** @param {import("../../../../frontend/lib/learning/history.js").History} history @param {ReturnType<typeof series>} told */
const add = (history, told) => append(history, told, now(told));

/** @param {import("../../../../frontend/lib/learning/history.js").History} history */
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

/**
 * What a frame tells of steps `from` to `to`, both included, in at most so many buckets.
 * @param {number} from @param {number} to @param {number} points @param {(step: number) => number} loss
 */
function bucketed(from, to, points, loss = (step) => step) {
  const [count, buckets] = [to - from + 1, Math.min(points, to - from + 1)];
  const edges = Array.from({ length: buckets + 1 }, (_, i) => from + Math.floor((i * count) / buckets));
  const values = edges.slice(1).map((end, i) => series(edges[i], end, loss).mean.map(Number));
  const finite = values.map((each) => each.filter(Number.isFinite));
  return {
    step: edges.slice(0, -1),
    mean: values.map((each, i) => (finite[i].length < each.length ? null : each.reduce((a, b) => a + b) / each.length)),
    min: finite.map((each) => (each.length ? Math.min(...each) : null)),
    max: finite.map((each) => (each.length ? Math.max(...each) : null)),
  };
}

test("at 40,000 steps a second, in 120 buckets a frame, each step counts once and no spike is lost", () => {
  const loss = (/** @type {number} */ step) => (step === 654_321 ? 50 : 2 + (step % 7) / 10);
  let history = EMPTY;
  let step = 0;
  for (let frame = 0; frame < 1500; frame++) {
    const next = step + 640 + (frame % 50);
    history = append(history, bucketed(step, next, 120, loss), { step: next, loss: loss(next) });
    step = next;
  }
  const sum = series(0, step, loss).mean.reduce((/** @type {number} */ total, each) => total + Number(each), 0);
  const told = history.buckets.reduce((total, bucket) => total + Number(bucket.mean) * bucket.steps, 0);
  assert.equal(steps(history), step);
  assert.ok(Math.abs(told - sum) < 1e-3, `${told} is not ${sum}`);
  const ends = history.buckets.map(({ step, steps }) => step + steps);
  assert.deepEqual(history.buckets.map((bucket) => bucket.step), [0, ...ends.slice(0, -1)]);
  assert.ok(history.buckets.length <= 2000 && history.buckets.length > 900);
  assert.equal(Math.max(...toSeries(history).max.map(Number)), 50);
  assert.equal(toSeries(history).step.at(-1), step);
});

test("where the present step of many is not finite, it is said of that step, and the others can be asked for", () => {
  const told = bucketed(0, 100, 10, (step) => (step === 100 ? NaN : 3));
  assert.equal(isBlurred(told), true);
  const history = append(EMPTY, told, { step: 100, loss: null });
  assert.deepEqual(history.present, { step: 100, steps: 1, mean: null, min: null, max: null });
  const whole = continued(past(series(0, 100, () => 3), 100), history);
  assert.ok(whole.buckets.every(({ mean }) => mean === 3));
  assert.equal(whole.present?.step, 100);
});

test("a history is coarse where anything of it could be told in more points", () => {
  assert.equal(isCoarse(EMPTY), false);
  const fine = add(EMPTY, series(0, 1401));
  assert.equal(isCoarse(fine), false);
  assert.equal(isCoarse(append(fine, bucketed(1400, 1900, 120), { step: 1900, loss: 1 })), true);
  assert.equal(isCoarse(append(fine, bucketed(1400, 9000, 120), { step: 9000, loss: 1 })), true);
});

for (const steps of [3, 5, 7, 100]) {
  test(`buckets that were joined are not coarse for that, nor after they were read anew, ${steps} steps a time`, () => {
    let history = past(bucketed(0, 1999, 2000), 2000);
    for (let from = 2000; from < 12_000; from += steps) {
      history = append(history, bucketed(from, from + steps, 120), { step: from + steps, loss: 1 });
      assert.equal(isCoarse(history), false, `at step ${from}`);
      if (from % 77 === 0) history = continued(past(bucketed(0, from + steps - 1, 2000), from + steps), history);
    }
  });
}

test("buckets of which all or none are finite are clear", () => {
  assert.equal(isBlurred(series(0, 3)), false);
  assert.equal(isBlurred(series(0, 3, () => null)), false);
  assert.equal(isBlurred(series(0, 0)), false);
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

test("while training runs fewer buckets do, and at rest those that there are stay", () => {
  const held = past(bucketed(0, 1499, 1500), 1500);
  assert.equal(held.buckets.length, 1500);
  const news = bucketed(1500, 1501, 10);
  assert.equal(append(held, news, { step: 1501, loss: 1 }).buckets.length, 1501);
  assert.ok(append(held, news, { step: 1501, loss: 1 }, BUCKETS_RUNNING).buckets.length <= BUCKETS_RUNNING);
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

test("a history that is cut keeps the steps before, and no bucket that reaches beyond", () => {
  const history = add(EMPTY, series(0, 6));
  assert.deepEqual(toSeries(cut(history, 3)), series(0, 3));
  const wide = append(EMPTY, { step: [0, 10, 20], mean: [3, 2, 1], min: [3, 2, 1], max: [3, 2, 1] }, { step: 30, loss: 1 });
  assert.deepEqual(cut(wide, 15).buckets.map(({ step }) => step), [0]);
  assert.equal(isGap(cut(wide, 15), series(15, 16)), true);
});

test("a history is not cut where it does not reach", () => {
  const history = add(EMPTY, series(0, 6));
  assert.equal(cut(history, 6), history);
});
