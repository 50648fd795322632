import assert from "node:assert/strict";
import { test } from "node:test";

import { familyOf } from "../../../../frontend/lib/time/family.js";
import { session } from "../../opened.js";

/** Made in the order of their numbers. @param {string} id @param {number} made @param {[string, number]} [from] */
const member = (id, made, from) => session(id, {
  created_at: new Date(made * 1000).toISOString(), parent: from ? { id: from[0], step: from[1] } : null,
});

/** @param {any[]} sessions */
const tree = (sessions) => familyOf(sessions).map(({ session: { id }, depth }) => `${"-".repeat(depth)}${id}`);

test("branches stand below what they came from, in the order of the steps at which they branched off", () => {
  const sessions = [
    member("a", 1), member("b", 2), member("late", 3, ["a", 500]), member("early", 4, ["a", 100]), member("deep", 5, ["late", 700]),
  ];
  assert.deepEqual(tree(sessions), ["a", "-early", "-late", "--deep", "b"]);
});

test("branches of one step, and roots, stand in the order in which they were made", () => {
  assert.deepEqual(tree([member("b", 2), member("a", 1), member("d", 4, ["a", 5]), member("c", 3, ["a", 5])]),
    ["a", "-c", "-d", "b"]);
});

test("a branch whose parent was deleted stands at the root, and is said to be an orphan", () => {
  const family = familyOf([member("child", 2, ["gone", 70]), member("grandchild", 3, ["child", 90])]);
  assert.deepEqual(family.map(({ depth, orphan }) => [depth, orphan]), [[0, true], [1, false]]);
});

test("no session is left out", () => {
  assert.deepEqual(familyOf([]), []);
  const sessions = Array.from({ length: 20 }, (_, i) => member(`s${i}`, i, i ? [`s${Math.floor(i / 2)}`, i] : undefined));
  assert.equal(familyOf(sessions).length, 20);
});
