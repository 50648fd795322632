import assert from "node:assert/strict";
import { test } from "node:test";

import { exampleChange, minibatchChange } from "../../../../frontend/lib/forces/update-texts.js";

const CHANGE = {
  index: 3, loss_before: 4.1, loss_after: 4, probabilities: { before: [0.0165, 0.21], after: [0.0183, 0.2] },
};
const OF = { characters: ["m", "a"], target: 0, hardest: 1, batch: 32 };
const UPDATE = {
  position: { step: 0, op: 50, ops: 50 }, learning_rate: 0.1, gradient_norm: 1.5, kept_share: null,
  loss: { before: 2.4337, after: 2.4101, predicted: 2.4089 }, improved: 29, example: null,
};

test("an example is told of by its loss, its target and what was pushed hardest", () => {
  assert.equal(exampleChange({ ...UPDATE, example: CHANGE }, OF),
    "This example: loss 4.1000 → 4.0000 nats; p(m) 0.0165 → 0.0183, p(a) 0.2100 → 0.2000.");
});

test("an example that gets worse is said to, and why", () => {
  assert.match(exampleChange({ ...UPDATE, example: { ...CHANGE, loss_after: 4.2 } }, OF), /gets worse: the other 31 examples weigh more\.$/);
});

test("a minibatch is told of with what the first order predicts of it", () => {
  assert.equal(minibatchChange(UPDATE, 32), "The minibatch: loss 2.4337 → 2.4101 nats (first order predicts 2.4089); "
    + "29 of 32 examples get better. Learning rate 0.1.");
  assert.match(minibatchChange({ ...UPDATE, kept_share: 0.25 }, 32), /clipping leaves 25\.0 % of the gradient\.$/);
  assert.doesNotMatch(minibatchChange({ ...UPDATE, kept_share: 1 }, 32), /clipping/);
});

test("a character that rises though it is pushed hardest is said to, and why", () => {
  const probabilities = { before: [0.0165, 0.21], after: [0.0183, 0.22] };
  assert.match(exampleChange({ ...UPDATE, example: { ...CHANGE, probabilities } }, OF),
    / ‘a’ rises all the same: the other 31 examples weigh more\.$/);
});

test("a step too long, after which the loss is larger, is said to be", () => {
  const longer = { ...UPDATE, loss: { ...UPDATE.loss, after: 2.6 }, example: { ...CHANGE, loss_after: 4.2 } };
  assert.match(minibatchChange(longer, 32), /The loss rises: the step is too long for the first order to hold\.$/);
  assert.doesNotMatch(exampleChange(longer, OF), /the other/);
  const long = { ...UPDATE, loss: { before: 2.4, after: 2.3, predicted: -3 } };
  assert.match(minibatchChange(long, 32), /0\.1\. The step is too long for the first order to hold\.$/);
});

test("what is not finite is said not to be", () => {
  const nothing = { before: null, after: null, predicted: null };
  assert.match(minibatchChange({ ...UPDATE, loss: nothing }, 32), /^The minibatch's loss is not finite/);
  assert.match(minibatchChange({ ...UPDATE, loss: { ...UPDATE.loss, after: null } }, 32), /loss 2\.4337 → not finite/);
  assert.match(exampleChange({ ...UPDATE, example: { ...CHANGE, loss_before: null } }, OF), /^This example's loss is not finite/);
});
