import assert from "node:assert/strict";
import { test } from "node:test";

import { isZoom, scaleOf, ZOOM, zoomed } from "../../../../frontend/lib/flow/scale.js";

const ROOM = { width: 290, height: 480 };

test("what fits is as large as there is room; what would be too small to read is scrolled", () => {
  assert.equal(scaleOf("fit", { width: 290, height: 480 }, ROOM), 1);
  assert.equal(scaleOf("fit", { width: 290, height: 600 }, ROOM), 0.8);
  assert.equal(scaleOf("fit", { width: 290, height: 6000 }, ROOM), 1);
  assert.equal(scaleOf("fit", { width: 29, height: 48 }, ROOM), 1.5);
});

test("a chosen scale stays, whatever the room", () => assert.equal(scaleOf("2.5", { width: 1, height: 1 }, ROOM), 2.5));

test("zooming ends at its limits, and gives a choice that the address takes", () => {
  for (const factor of [0.001, ZOOM.step, 1000]) assert.ok(isZoom(zoomed(1.237, factor)));
  assert.deepEqual([zoomed(1, 1000), zoomed(1, 0.001)], [String(ZOOM.most), String(ZOOM.least)]);
  assert.ok(!isZoom("0.1") && !isZoom("big") && isZoom("fit"));
});
