import assert from "node:assert/strict";
import { test } from "node:test";

import { entriesOf, errorMap, percent, told, worstOf } from "../../frontend/lib/laboratory/map.js";

/** A gradient, and through which tensors it comes. @param {string} tensor @param {...string} via @returns {any} */
const gradient = (tensor, ...via) =>
  ({ name: `d${tensor}`, tensor, contributions: via.map((output) => ({ name: `d${tensor}.${output}`, via: output })) });

/** `x` is used by `a` and `b`, whose results meet in `y`. */
const NETWORK = { gradients: [gradient("y", "loss"), gradient("a", "y"), gradient("b", "y"), gradient("x", "a", "b"), gradient("W", "x")] };

/** @param {Record<string, number | null>} errors  Of the wrong ones, of a largest cell of 2. @returns {any[]} */
const rows = (errors) => NETWORK.gradients.map(({ name }) =>
  ({ name, exact: !(name in errors), approximate: !(name in errors), maxdiff: errors[name] === undefined ? 0 : errors[name], largest: 2 }));

test("where all is right nothing is marked", () => {
  const map = errorMap(NETWORK, rows({}));
  assert.deepEqual(entriesOf(map), []);
  assert.equal(told(map), "All 5 gradients are right.");
});

test("the error enters where all that a wrong gradient is computed from is right", () => {
  const map = errorMap(NETWORK, rows({ dx: 1, dW: 0.5 }));
  assert.deepEqual(entriesOf(map), ["dx"]);
  assert.deepEqual(map.get("dx"), { wrong: true, error: 0.5, entries: ["dx.a", "dx.b"] });
  assert.deepEqual(map.get("dW"), { wrong: true, error: 0.25, entries: [] });
  assert.equal(map.get("da")?.wrong, false);
  assert.equal(told(map), "2 of 5 gradients are wrong. The error enters at dx.");
});

test("while somebody is to find it, it is not told where the error enters", () => {
  const map = errorMap(NETWORK, rows({ dx: 1, dW: 0.5 }), false);
  assert.deepEqual(entriesOf(map), []);
  assert.equal(told(map), "2 of 5 gradients are wrong.");
});

test("a sum with one wrong part has it from there", () => {
  assert.deepEqual(entriesOf(errorMap(NETWORK, rows({ da: 1, dx: 1 }))), ["da"]);
});

test("what is computed from the loss alone is where its error enters", () => {
  assert.deepEqual(entriesOf(errorMap(NETWORK, rows({ dy: 1, da: 1, db: 1, dx: 1, dW: 1 }))), ["dy"]);
});

test("two errors enter at two places", () => {
  assert.equal(told(errorMap(NETWORK, rows({ db: 1, dx: 1, dW: 1, da: 1 }))), "4 of 5 gradients are wrong. The error enters at da, db.");
});

test("several gradients together are as wrong as the worst, and the error enters where it enters any of them", () => {
  const map = errorMap(NETWORK, rows({ da: 0.5, dx: 1, dW: 0.2 }));
  assert.deepEqual(worstOf(map, ["a", "x", "b"]), { wrong: true, error: 0.5, entries: ["da.y"] });
  assert.deepEqual(worstOf(map, ["b"]), { wrong: false, error: 0, entries: [] });
  assert.equal(worstOf(map, ["Xb"]), undefined);
});

test("what cannot be compared is off by more than can be said", () => {
  const map = errorMap(NETWORK, rows({ dx: null }));
  assert.equal(map.get("dx")?.error, Infinity);
  assert.equal(percent(Infinity), "∞");
});

for (const [error, text] of /** @type {[number, string][]} */ ([[0.0004, "< 1 %"], [0.032, "3 %"], [0.5, "50 %"], [1.2, "120 %"], [31, "×31"], [9e6, "> ×999"]])) {
  test(`an error of ${error} is written ${text}`, () => assert.equal(percent(error), text));
}
