import assert from "node:assert/strict";
import { test } from "node:test";

import { EDGE, facePath, faceRange, stepAt, stepByKey, stepOf, xOf } from "../../../../frontend/lib/time/scrubber.js";

const SCALE = { width: 1000 + 2 * EDGE, last: 5000 };

test("every step that has a pixel of its own is found again there", () => {
  for (const step of [0, 5, 2500, 4995, 5000]) assert.equal(stepAt(xOf(step, SCALE), SCALE), step);
});

test("beyond its ends the bar means its first and last step", () => {
  assert.equal(stepAt(-50, SCALE), 0);
  assert.equal(stepAt(9999, SCALE), 5000);
});

test("a session without a past, and a bar without room, have one step", () => {
  assert.equal(stepAt(300, { width: 1000, last: 0 }), 0);
  assert.equal(xOf(0, { width: 1000, last: 0 }), EDGE);
  assert.equal(xOf(7, { width: 0, last: 9 }), EDGE);
});

for (const [key, target] of /** @type {[string, number | null][]} */ ([
  ["ArrowLeft", 99], ["ArrowRight", 101], ["ArrowUp", 101], ["ArrowDown", 99], ["PageUp", 350], ["PageDown", 0],
  ["Home", 0], ["End", 5000], ["s", null], ["Enter", null],
])) {
  test(`from step 100 of 5,000 ${key} leads to ${target ?? "nowhere"}`, () => {
    assert.equal(stepByKey(key, 100, 5000), target);
  });
}

test("a page of few steps is one step, and keys do not leave the run", () => {
  assert.equal(stepByKey("PageUp", 1, 3), 2);
  assert.equal(stepByKey("ArrowRight", 3, 3), 3);
  assert.equal(stepByKey("ArrowLeft", 0, 3), 0);
});

for (const [text, step] of /** @type {[string, number | null][]} */ ([
  ["120", 120], [" 1,200 ", 1200], ["1 200", 1200], ["99999", 5000], ["-3", null], ["1.5", null], ["", null], ["ten", null],
])) {
  test(`"${text}" as a step of 5,000 is ${step}`, () => {
    assert.equal(stepOf(text, 5000), step);
  });
}

const FACE = { height: 10, range: /** @type {[number, number]} */ ([0, 10]) };
const PIXELS = { width: 10 + 2 * EDGE, last: 10 };

test("losses go along the bar, large ones above small ones", () => {
  const path = facePath({ step: [0, 5, 10], mean: [10, 5, 0] }, PIXELS, FACE);
  assert.equal(path, `M${EDGE} 0.0L${EDGE + 5} 5.0L${EDGE + 10} 10.0`);
});

test("steps that share a pixel are drawn from the least to the largest", () => {
  const path = facePath({ step: [0, 1, 2, 3], mean: [5, 9, 1, 6] }, { ...PIXELS, last: 1000 }, FACE);
  assert.equal(path, `M${EDGE} 5.0V1.0V9.0V4.0`);
});

test("losses that are not finite leave a gap, and those beyond the range stay within it", () => {
  const path = facePath({ step: [0, 5, 10], mean: [99, null, -99] }, PIXELS, FACE);
  assert.equal(path, `M${EDGE} 0.0M${EDGE + 10} 10.0`);
});

test("the first losses of a long run do not make a flat line of all others", () => {
  const [low, high] = faceRange([99, 50, ...Array.from({ length: 998 }, (_, i) => 2 + i / 1000), null, NaN]);
  assert.ok(low >= 2 && low < 2.01);
  assert.ok(high > 2.9 && high < 3);
});

test("of few losses all are within the range, and of none there is one", () => {
  assert.deepEqual(faceRange([3, 1, 2]), [1, 3]);
  assert.deepEqual(faceRange([null]), [0, 0]);
});
