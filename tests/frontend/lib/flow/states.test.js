import assert from "node:assert/strict";
import { test } from "node:test";

import { openGroups } from "../../../../frontend/lib/flow/groups.js";
import { flowLayout } from "../../../../frontend/lib/flow/layout.js";
import { arrived, currentOf, edgeState, nodeFor, nodeState } from "../../../../frontend/lib/flow/states.js";
import { momentsOf } from "../../../../frontend/lib/time/moments.js";
import { networkOf } from "../../networks.js";

const NETWORK = networkOf();
const LAYOUT = flowLayout(NETWORK, openGroups("all", NETWORK));
const CLOSED = flowLayout(NETWORK, openGroups("none", NETWORK));
const MOMENTS = momentsOf(NETWORK);

/** @param {string} label */
const moment = (label) => MOMENTS.find((each) => each.label === label) ?? assert.fail(label);
/** @param {string} tensor */
const node = (tensor) => nodeFor(LAYOUT.nodes, tensor) ?? assert.fail(tensor);

test("op by op one node more is known, and parameters always are", () => {
  for (let op = 0; op <= NETWORK.forward_ops; op++) {
    const known = LAYOUT.nodes.filter((each) => each.kind !== "given" && nodeState(each, op) === "known");
    assert.equal(known.length, op);
  }
  assert.equal(nodeState(node("W1"), 0), "known");
});

test("backwards one edge more is lit at each op", () => {
  for (let op = NETWORK.forward_ops; op <= NETWORK.ops; op++) {
    const lit = LAYOUT.edges.filter((edge) => edgeState(edge, op) === "backward");
    assert.equal(lit.length, op - NETWORK.forward_ops);
  }
});

test("a sum tells how many of its parts have arrived", () => {
  assert.deepEqual(["dcounts ← probs", "dcounts ← counts_sum"].map((label) => arrived(node("counts"), moment(label).op)), [1, 2]);
});

test("the last op is a node on the way forward, an edge with the node where it arrives on the way back", () => {
  assert.deepEqual(currentOf(LAYOUT, moment("h")), { node: node("h"), edge: null });
  const { node: there, edge } = currentOf(LAYOUT, moment("dlogits ← logit_maxes"));
  assert.deepEqual([there?.id, edge?.id], ["logits", "logits > logit_maxes"]);
});

test("inside a closed part the last op is that part", () => {
  for (const label of ["bnvar", "dbnvar ← bnvar_inv", "dW1 ← hprebn"]) {
    const { node: there, edge } = currentOf(CLOSED, moment(label));
    assert.deepEqual([there?.id, edge], ["group 1", null], label);
  }
});

test("every moment of a step is somewhere in the drawing, whatever is closed", () => {
  for (const layout of [LAYOUT, CLOSED]) {
    for (const each of MOMENTS.slice(1)) assert.ok(currentOf(layout, each).node, each.label);
  }
});
