import assert from "node:assert/strict";
import { test } from "node:test";

import { crossing, recordedAs } from "../../../../frontend/lib/time/crossing.js";

const losses = { step: [5, 6, 7, 8], mean: [3, 2.5, 2, 2.6] };

test("the first step above or below the bound meets a breakpoint", () => {
  assert.equal(crossing({ metric: "loss", below: 2.55 }, losses)?.step, 6);
  assert.equal(crossing({ metric: "loss", above: 2.9 }, losses)?.step, 5);
  assert.equal(crossing({ metric: "loss", below: 2 }, losses), null);
});

test("what is not finite meets every breakpoint", () => {
  const found = crossing({ metric: "loss", below: 1 }, { step: [1, 2], mean: [3, null] });
  assert.deepEqual(found, { step: 2, text: "loss is no longer finite" });
});

test("a gradient that is not finite is told by the norm of all", () => {
  const until = { metric: "nan" };
  assert.equal(recordedAs(until), "gradient_norm");
  assert.equal(crossing(until, losses), null);
  assert.deepEqual(crossing(until, { step: [10], mean: [null] }), { step: 10, text: "gradient_norm is no longer finite" });
});
