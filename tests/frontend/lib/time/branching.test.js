import assert from "node:assert/strict";
import { test } from "node:test";

import { branchOf } from "../../../../frontend/lib/time/branching.js";

test("what is left empty is left to the server", () => {
  assert.deepEqual(branchOf({ name: " ", step: "", learning_rate: "" }), {});
});

test("a branch has the name, the step and the learning rate that were filled in", () => {
  assert.deepEqual(branchOf({ name: " slower ", step: "1,200", learning_rate: "0.05" }),
    { name: "slower", step: 1200, training: { learning_rate: 0.05 } });
});

test("what is no number goes to the server as it is", () => {
  assert.deepEqual(branchOf({ name: "", step: "here", learning_rate: "fast" }),
    { step: "here", training: { learning_rate: "fast" } });
});
