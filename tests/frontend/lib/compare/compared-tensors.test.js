import assert from "node:assert/strict";
import { test } from "node:test";

import { comparedAt, FOLLOW, groupsOf, lacking } from "../../../../frontend/lib/compare/compared-tensors.js";
import { ATOMIC, FUSED } from "../../fake-server.js";

test("all that either network has is offered, and said of which one it is", () => {
  const groups = groupsOf(ATOMIC, FUSED);
  assert.deepEqual(groups.map(({ text, tensors }) => [text, tensors.map((tensor) => tensor.text)]), [
    ["Steps", ["follow the steps"]],
    ["Gradients", ["dW1", "dhprebn", "dbnraw (only A)", "dh"]],
    ["Values", ["Xb", "Yb", "hprebn", "bnraw (only A)", "h", "loss"]],
    ["Parameters", ["W1"]],
  ]);
  assert.ok(groupsOf(FUSED, ATOMIC)[2].tensors.some(({ text }) => text === "bnraw (only B)"));
});

test("nothing is offered before both networks are there", () => {
  assert.deepEqual(groupsOf(ATOMIC, null), []);
  assert.equal(lacking("h", null, ATOMIC), "Waiting for both sessions …");
});

for (const name of ["W1", "Xb", "h", "dhprebn"]) {
  test(`both have ${name}`, () => assert.equal(lacking(name, ATOMIC, FUSED), null));
}

test("followed, the steps show what the last op has made: a value forwards, a gradient backwards", () => {
  const moment = (/** @type {any} */ pass) => ({ pass, tensor: "h" });
  assert.equal(comparedAt(FOLLOW, moment("forward")), "h");
  assert.equal(comparedAt(FOLLOW, moment("backward")), "dh");
  assert.equal(comparedAt("dW1", moment("forward")), "dW1");
});

test("it is said which network lacks a tensor", () => {
  assert.equal(lacking("dbnraw", ATOMIC, FUSED), "The network of B has no dbnraw");
  assert.equal(lacking("bnraw", FUSED, ATOMIC), "The network of A has no bnraw");
  assert.equal(lacking("foo", ATOMIC, FUSED), "There is no tensor foo");
});
