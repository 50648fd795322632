import assert from "node:assert/strict";
import { test } from "node:test";

import { standstill } from "../../frontend/lib/standstill.js";

const MOVING = { waiting: false, stopped: null, diverged: false };
const STOPPED = "loss is 1.95 at step 90: below 2, where the run was to stop.";

test("of a session that goes on, or was paused, there is nothing to say", () => {
  assert.deepEqual(standstill(MOVING), { text: "", kind: "" });
  assert.deepEqual(standstill({ ...MOVING, diverged: true }), { text: "", kind: "" });
});

test("a session that waits for its engine is said to wait for the kernel", () => {
  const { text, kind } = standstill({ ...MOVING, waiting: true });
  assert.match(text, /^Waiting for the compiled kernel to load …/);
  assert.equal(kind, "waiting");
});

test("a run that stopped by itself has the server's reason, and whether it diverged", () => {
  assert.deepEqual(standstill({ ...MOVING, stopped: STOPPED }), { text: STOPPED, kind: "stopped" });
  assert.equal(standstill({ ...MOVING, stopped: STOPPED, diverged: true }).kind, "diverged");
});
