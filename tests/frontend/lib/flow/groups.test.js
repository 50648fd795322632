import assert from "node:assert/strict";
import { test } from "node:test";

import { areLayers, groupsOf, openGroups, toggleGroup } from "../../../../frontend/lib/flow/groups.js";
import { networkOf } from "../../networks.js";

const DEEP = networkOf({ layers: 8 });
const SHALLOW = networkOf();

test("every hidden layer and the loss can be closed; a single op cannot", () => {
  assert.deepEqual(groupsOf(networkOf({ layers: 2 })).map(({ key, output }) => [key, output]),
    [["1", "h_1"], ["2", "h_2"], ["loss", "loss"]]);
  assert.deepEqual(groupsOf(networkOf({ fused: true })).map(({ key }) => key), ["1"]);
});

test("where nobody chose, all is open that fits, and the hidden layers are the first to close", () => {
  assert.deepEqual([...openGroups("auto", SHALLOW)], ["1", "loss"]);
  assert.deepEqual([...openGroups("auto", DEEP)], ["loss"]);
  assert.deepEqual([...openGroups("auto", networkOf({ layers: 16 }))], []);
});

test("some can be chosen; what another network has is left aside", () => {
  assert.deepEqual([...openGroups("1,3,12,out", DEEP)], ["1", "3"]);
  assert.equal(openGroups("all", DEEP).size, 9);
  assert.equal(openGroups("none", DEEP).size, 0);
});

test("opening or closing one leaves the others as they are", () => {
  assert.equal(toggleGroup("auto", "3", DEEP), "3,loss");
  assert.equal(toggleGroup("3,loss", "loss", DEEP), "3");
  assert.equal(toggleGroup("3", "3", DEEP), "none");
  assert.equal(toggleGroup("1", "loss", SHALLOW), "all");
});

for (const [choice, accepted] of /** @type {const} */ ([
  ["auto", true], ["all", true], ["none", true], ["1,3", true], ["loss", true], ["", false], ["1,", false], ["one", false],
])) {
  test(`${choice || "nothing"} is ${accepted ? "a" : "no"} choice of layers`, () => assert.equal(areLayers(choice), accepted));
}
