import assert from "node:assert/strict";
import test from "node:test";

import { bandColumns, isDense } from "../../frontend/components/live-plot/band.js";

const same = (/** @type {number} */ value) => value;

/** @param {number[]} x @param {number[]} top @param {number[]} bottom */
const outline = (x, top, bottom) => ({ x: [...x, ...x.toReversed()], y: [...top, ...bottom.toReversed()] });

test("points in one column of pixels share a rectangle from the highest to the lowest", () => {
  const band = outline([3.1, 3.5, 3.9], [5, 2, 4], [8, 6, 9]);
  assert.deepEqual(bandColumns(band, same, same), [{ left: 3, top: 2, width: 1, height: 7 }]);
});

test("a rectangle reaches to the column of the next point", () => {
  const band = outline([0, 4, 5], [1, 1, 1], [2, 3, 4]);
  assert.deepEqual(bandColumns(band, same, same), [
    { left: 0, top: 1, width: 4, height: 1 },
    { left: 4, top: 1, width: 1, height: 2 },
    { left: 5, top: 1, width: 1, height: 3 },
  ]);
});

test("no points make no rectangles", () => assert.deepEqual(bandColumns(outline([], [], []), same, same), []));

test("an outline is dense where it has more points along an edge than there are pixels", () => {
  const band = outline([1, 2, 3], [1, 1, 1], [2, 2, 2]);
  assert.equal(isDense(band, 3), false);
  assert.equal(isDense(band, 2), true);
});
