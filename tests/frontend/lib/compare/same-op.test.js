import assert from "node:assert/strict";
import { test } from "node:test";

import { sameOp } from "../../../../frontend/lib/compare/same-op.js";
import { ATOMIC, FUSED } from "../../fake-server.js";

const ops = Array.from({ length: ATOMIC.ops + 1 }, (_, op) => op);

test("between equal networks every op is the same op", () => {
  assert.deepEqual(ops.map((op) => sameOp(op, ATOMIC, ATOMIC)), ops);
});

for (const [name, here, there] of /** @type {const} */ ([["to fewer ops", ATOMIC, FUSED], ["to more ops", FUSED, ATOMIC]])) {
  test(`${name}, beginning, end of the forward pass and end are the same moments`, () => {
    const moments = (/** @type {typeof ATOMIC} */ { forward_ops, ops: end }) => [0, forward_ops, end];
    assert.deepEqual(moments(here).map((op) => sameOp(op, here, there)), moments(there));
  });

  test(`${name}, no op leads back, and only the last one to the end`, () => {
    const led = Array.from({ length: here.ops + 1 }, (_, op) => sameOp(op, here, there));
    assert.deepEqual(led, led.toSorted((a, b) => a - b));
    assert.deepEqual(led.filter((op) => op === there.ops).length, 1);
  });
}

test("what only one network computes is passed over", () => {
  assert.deepEqual([1, 2, 3].map((op) => sameOp(op, ATOMIC, FUSED)), [1, 1, 2]);
  assert.deepEqual([1, 2].map((op) => sameOp(op, FUSED, ATOMIC)), [1, 3]);
});
