import assert from "node:assert/strict";
import { test } from "node:test";

import { openGroups } from "../../../../frontend/lib/flow/groups.js";
import { flowLayout } from "../../../../frontend/lib/flow/layout.js";
import { moved } from "../../../../frontend/lib/flow/moves.js";
import { networkOf } from "../../networks.js";

const NETWORK = networkOf();
const LAYOUT = flowLayout(NETWORK, openGroups("all", NETWORK));

/** @param {string} from @param {string} keys  Such as "Down Right". @returns {string | null} */
const after = (from, keys) =>
  keys.split(" ").reduce((id, key) => (id === null ? null : moved(LAYOUT, id, `Arrow${key}`)), /** @type {string | null} */ (from));

for (const [from, keys, to] of /** @type {const} */ ([
  ["hprebn", "Down", "bnmeani"], ["bnmeani", "Up", "hprebn"], ["emb", "Up", null], ["loss", "Down", null],
  ["hprebn", "Right", "W1 in hprebn"], ["hprebn", "Right Down", "b1 in hprebn"], ["hprebn", "Right Down Left", "hprebn"],
  ["hprebn", "Right Up", "embcat"], ["hprebn", "Right Down Down", "bnmeani"], ["h", "Right", null],
  ["h", "Left", "bracket 1"], ["h", "Left Right", "hprebn"], ["h", "Left Down", "bracket loss"], ["embcat", "Left", null],
])) {
  test(`from ${from}, ${keys} leads to ${to ?? "nothing"}`, () => assert.equal(after(from, keys), to));
}

test("down and down again comes to every node on the way, once", () => {
  const seen = ["emb"];
  for (let next = moved(LAYOUT, "emb", "ArrowDown"); next; next = moved(LAYOUT, next, "ArrowDown")) seen.push(next);
  assert.deepEqual(seen, NETWORK.calls.map(({ output }) => output));
});

test("Home and End lead to the first tensor and to the loss", () => {
  assert.deepEqual([moved(LAYOUT, "h", "Home"), moved(LAYOUT, "bracket 1", "End")], ["emb", "loss"]);
});
