import assert from "node:assert/strict";
import { test } from "node:test";

import { signal } from "../../../frontend/lib/signals.js";
import { createNotices } from "../../../frontend/store/notices.js";

/** The notices on show, and what adds to them. */
function noticed() {
  const state = { notices: signal(/** @type {any[]} */ ([])) };
  return { notices: createNotices(/** @type {any} */ (state)), shown: () => state.notices.peek() };
}

test("what was done is said for a moment, and goes away by itself", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  const { notices, shown } = noticed();
  notices.said("Link copied.");
  assert.deepEqual(shown().map(({ text, done }) => [text, done]), [["Link copied.", true]]);
  context.mock.timers.tick(10_000);
  assert.deepEqual(shown(), []);
});

test("what went wrong stays until it is dismissed, and is said once", () => {
  const { notices, shown } = noticed();
  notices.notice("The server does not answer.");
  notices.notice("The server does not answer.");
  assert.equal(shown().length, 1);
  assert.ok(!shown()[0].done);
  notices.dismiss(shown()[0].id);
  assert.deepEqual(shown(), []);
});

test("what can be undone says so, as something that was done", () => {
  const { notices, shown } = noticed();
  notices.offer("Deleted.", "Undo", () => {});
  assert.deepEqual(shown().map(({ done, action }) => [done, action.text]), [[true, "Undo"]]);
});
