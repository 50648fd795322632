import assert from "node:assert/strict";
import { test } from "node:test";

import { decadesOf, levelColors, levelOf, LEVELS, levelWidth } from "../../../../frontend/lib/flow/colors.js";

/** CIE lightness, 0 … 100, of sRGB. @param {string} color  "#rrggbb" */
function lightness(color) {
  const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16) / 255)
    .map((channel) => (channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4));
  const luminance = 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  return luminance > 0.008856 ? 116 * Math.cbrt(luminance) - 16 : 903.3 * luminance;
}

for (const [theme, direction] of /** @type {const} */ ([["light", -1], ["dark", 1]])) {
  test(`in ${theme} the levels are evenly apart in lightness, and the large ones stand out from the ground`, () => {
    const all = levelColors(theme).map(lightness);
    const steps = all.slice(1).map((each, i) => direction * (each - all[i]));
    const mean = direction * (all[LEVELS - 1] - all[0]) / (LEVELS - 1);
    assert.equal(all.length, LEVELS);
    assert.ok(mean > 2);
    for (const step of steps) assert.ok(step > 0.5 * mean && step < 1.6 * mean, `${step} for ${mean}`);
  });
}

test("ten times as much is as many levels more wherever on the scale it is", () => {
  const levels = [1e-4, 1e-3, 1e-2, 1e-1, 1].map((magnitude) => levelOf(magnitude, [-4, 0]));
  assert.deepEqual(levels, [0, 6, 12, 17, 23]);
  assert.ok(levelWidth(levels[0]) < levelWidth(levels[1]));
});

test("what is beyond the scale gets its end", () => {
  assert.deepEqual([levelOf(1e-9, [-4, 0]), levelOf(1e9, [-4, 0]), levelOf(0, [-4, 0])], [0, LEVELS - 1, 0]);
});

test("the scale spans whole decades, at least four and at most twelve", () => {
  assert.deepEqual(decadesOf(null, [0.02, 3e-7], true), [-7, -1]);
  assert.deepEqual(decadesOf(null, [0.02], true), [-5, -1]);
  assert.deepEqual(decadesOf(null, [0.02, 1e-30], true), [-13, -1]);
});

test("what is zero or not finite does not count", () => {
  assert.deepEqual(decadesOf(null, [0, NaN, Infinity, 0.02, 3e-7], true), [-7, -1]);
  assert.deepEqual(decadesOf([-6, -2], [0, NaN], true), [-6, -2]);
});

test("the scale grows at once, and is kept while it is not much too long", () => {
  assert.deepEqual(decadesOf([-5, -1], [5, 1e-4], true), [-4, 1]);
  assert.deepEqual(decadesOf([-7, -1], [0.02, 3e-6], true), [-7, -1]);
  assert.deepEqual(decadesOf([-12, -1], [0.02, 3e-6], true), [-6, -1]);
});

test("while only a part of the gradients is known the scale only grows", () => {
  assert.deepEqual(decadesOf([-12, -1], [0.02], false), [-12, -1]);
  assert.deepEqual(decadesOf([-5, -1], [5], false), [-5, 1]);
});
