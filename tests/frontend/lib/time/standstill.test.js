import assert from "node:assert/strict";
import { test } from "node:test";

import { standstill } from "../../../../frontend/lib/time/standstill.js";

const MOVING = { waiting: false, stopped: null, diverged: false, divergence: null };
const UNREAD = { stopped: null, divergence: null };
const STOPPED = "loss is 1.95 at step 90: below 2, where the run was to stop.";
const DIVERGENCE = { step: 64, expected: "a1", found: "b2", text: "Step 64 came out different." };

test("of a session that goes on, or was paused, there is nothing to say", () => {
  assert.deepEqual(standstill(MOVING, UNREAD), { text: "", kind: "" });
  assert.deepEqual(standstill({ ...MOVING, diverged: true }, UNREAD), { text: "", kind: "" });
});

test("a session that waits for its engine is said to wait for the kernel", () => {
  const { text, kind } = standstill({ ...MOVING, waiting: true }, UNREAD);
  assert.match(text, /^Waiting for the compiled kernel to load …/);
  assert.equal(kind, "waiting");
});

test("a run that stopped by itself has the server's reason, and whether it diverged", () => {
  assert.deepEqual(standstill({ ...MOVING, stopped: STOPPED }, UNREAD), { text: STOPPED, kind: "stopped" });
  assert.equal(standstill({ ...MOVING, stopped: STOPPED, diverged: true }, UNREAD).kind, "diverged");
});

test("a replay that came out different is said first, and once it is read, why the run stopped", () => {
  const both = { ...MOVING, stopped: STOPPED, divergence: DIVERGENCE };
  assert.deepEqual(standstill(both, UNREAD), { text: DIVERGENCE.text, kind: "differs" });
  assert.equal(standstill(both, { ...UNREAD, divergence: DIVERGENCE.text }).text, STOPPED);
  assert.equal(standstill(both, { stopped: STOPPED, divergence: DIVERGENCE.text }).text, "");
});
