import assert from "node:assert/strict";
import { test } from "node:test";

import { Samples } from "../../../../frontend/lib/health/samples.js";
import { sparkline } from "../../../../frontend/lib/health/sparkline.js";

test("what was seen stands in the order of the steps, whenever it was seen", () => {
  const samples = new Samples(2, 100);
  samples.add(10, [1, 2]);
  samples.add(30, [5, 6]);
  samples.add(20, [3, 4]);
  samples.add(10, [7, 8]);
  assert.deepEqual(samples.steps, [10, 20, 30]);
  assert.deepEqual([...samples.column(1)], [8, 4, 6]);
});

test("metrics that REST has at other steps leave gaps where they have none", () => {
  const samples = new Samples(2, 100);
  samples.fill(0, { step: [0, 10], mean: [1, null], min: [], max: [] });
  samples.fill(1, { step: [10, 20], mean: [3, 4], min: [], max: [] });
  assert.deepEqual(samples.steps, [0, 10, 20]);
  assert.deepEqual([...samples.column(0)], [1, NaN, NaN]);
  assert.deepEqual([...samples.column(1)], [NaN, 3, 4]);
});

test("where there are too many steps every second one goes, and never the newest", () => {
  const samples = new Samples(1, 10);
  for (let step = 0; step <= 1000; step++) {
    samples.add(step, [2 * step]);
    assert.ok(samples.steps.length <= 10);
    assert.equal(samples.steps.at(-1), step);
  }
  assert.deepEqual([...samples.column(0)], samples.steps.map((step) => 2 * step));
  assert.ok(samples.steps[0] < 500, "the past is thinned, and not forgotten");
});

test("what comes after a step can be forgotten", () => {
  const samples = new Samples(1, 10);
  for (const step of [1, 2, 3]) samples.add(step, [step]);
  samples.cut(2);
  assert.deepEqual([samples.steps, [...samples.column(0)]], [[1, 2], [1, 2]]);
  samples.cut(0);
  assert.deepEqual(samples.steps, []);
});

test("a row of another width is refused", () => {
  assert.throws(() => new Samples(2, 10).add(0, [1]), RangeError);
});

const BOX = { width: 100, height: 20 };

test("a sparkline fills its box from the least at the bottom to the greatest at the top", () => {
  assert.equal(sparkline([0, 1, 2], BOX, false), "M0 20L50 10L100 0");
  assert.equal(sparkline([1, 10, 100], BOX, true), "M0 20L50 10L100 0");
});

test("where there is no number, or none that a logarithm has, a sparkline has a gap", () => {
  assert.equal(sparkline([0, NaN, 2, 2], BOX, false), "M0 20M67 0L100 0");
  assert.equal(sparkline([0, 1, 10], BOX, true), "M50 20L100 0");
  assert.equal(sparkline([], BOX, false), "");
});

test("what does not change is a line in the middle", () => {
  assert.equal(sparkline([5, 5], BOX, false), "M0 10L100 10");
});
