import assert from "node:assert/strict";
import { test } from "node:test";

import { backWithin, momentAt, momentsOf } from "../../../../frontend/lib/time/moments.js";

/** `y = a * b` and `z = y + a`: `a` is used twice. @type {any} */
const NETWORK = {
  calls: [
    { index: 0, op: "multiply", output: "y", code: "y = a * b", known_at: 1 },
    { index: 1, op: "add", output: "z", code: "z = y + a", known_at: 2 },
  ],
  gradients: [
    {
      name: "da", tensor: "a", contributions: [
        { name: "da.z", call: 1, via: "z", code: "da = dz", known_at: 4 },
        { name: "da.y", call: 0, via: "y", code: "da += b * dy", known_at: 5 },
      ],
    },
    { name: "dy", tensor: "y", contributions: [{ name: "dy.z", call: 1, via: "z", code: "dy = dz", known_at: 3 }] },
  ],
};

test("a step is the minibatch, the forward ops, then the backward contributions one by one", () => {
  const moments = momentsOf(NETWORK);
  assert.deepEqual(moments.map(({ op, label }) => [op, label]), [
    [0, "Xb, Yb"], [1, "y"], [2, "z"], [3, "dy ← z"], [4, "da ← z"], [5, "da ← y"],
  ]);
  assert.deepEqual(moments.map(({ pass }) => pass),
    ["minibatch", "forward", "forward", "backward", "backward", "backward"]);
});

test("a backward moment names its tensor, its contribution and its line", () => {
  const { tensor, contribution, code } = momentsOf(NETWORK)[5];
  assert.deepEqual([tensor, contribution, code], ["a", "da.y", "da += b * dy"]);
});

test("a position stands at what was done last", () => {
  assert.equal(momentAt(momentsOf(NETWORK), { step: 7, op: 2, ops: 5 })?.label, "z");
  assert.equal(momentAt(momentsOf(NETWORK), { step: 7, op: 9, ops: 5 }), null);
});

for (const [unit, count, step, op, possible] of /** @type {["op" | "pass" | "step", number, number, number, number][]} */ ([
  ["op", -1, 0, 5, -1], ["op", -60, 0, 5, -5], ["op", -1, 0, 0, 0], ["op", -1, 7, 0, -1], ["op", -60, 2, 1, -13],
  ["pass", -3, 0, 5, -2], ["pass", -2, 0, 2, -1], ["pass", -1, 0, 0, 0], ["pass", -1, 7, 0, -1], ["pass", -9, 1, 1, -4],
  ["step", -1, 0, 5, 0], ["step", -3, 7, 5, -3], ["step", -9, 7, 5, -7],
])) {
  test(`${-count} × ${unit} back from step ${step}, op ${op} of 5 is ${-possible} × ${unit}`, () => {
    const within = backWithin(unit, count, { step, op, ops: 5 }, { forward_ops: 2 });
    assert.equal(within + 0, possible);
  });
}
