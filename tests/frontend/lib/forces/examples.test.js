import assert from "node:assert/strict";
import { test } from "node:test";

import { describeForce, exampleLabels } from "../../../../frontend/lib/forces/examples.js";

const CHARACTERS = [".", "a", "e", "m"];

test("an example reads as its context and its target", () => {
  assert.deepEqual(exampleLabels([0, 0, 2, 0, 2, 3], [3, 1], CHARACTERS), ["..e → m", ".em → a"]);
});

const PLACE = { example: "..e → m", character: "a", batch: 32 };
const CELL = { ...PLACE, gradient: 0.0165 / 32, isTarget: false, probability: 0.0165 };

test("a logit that is not the target's should fall, by its probability", () => {
  const text = describeForce(CELL).join("\n");
  assert.match(text, /logit of a: it should fall/);
  assert.match(text, /probability 0\.0165 − 0 = force 0\.0165 = 32 · dlogits/);
});

test("the target's logit should rise, by what its probability lacks to 1", () => {
  const text = describeForce({ ...CELL, isTarget: true, gradient: (0.0165 - 1) / 32 }).join("\n");
  assert.match(text, /the target: it should rise/);
  assert.match(text, /probability 0\.0165 − 1 = force −0\.9835/);
});

test("without probs the probability follows from the gradient", () => {
  assert.deepEqual(describeForce({ ...CELL, probability: null }), describeForce(CELL));
  const target = { ...CELL, isTarget: true, gradient: (0.0165 - 1) / 32 };
  assert.deepEqual(describeForce({ ...target, probability: null }), describeForce(target));
});

for (const gradient of [NaN, Infinity, -Infinity]) {
  test(`a gradient of ${gradient} pushes nowhere, and is said not to be finite`, () => {
    const text = describeForce({ ...CELL, gradient, probability: NaN }).join("\n");
    assert.match(text, /logit of a: the gradient is not finite/);
    assert.ok(text.endsWith(`dlogits = ${gradient}`));
    assert.doesNotMatch(text, /stays|should|force/);
  });
}
