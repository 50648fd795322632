import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../frontend/api.js";
import { effect } from "../../../frontend/lib/signals.js";
import { summary, values } from "../../../frontend/lib/views.js";
import { frame, NETWORK, opened, session } from "../opened.js";

test("starting opens the first session with its network, stream and losses so far", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  assert.equal(store.session.value?.id, "s1");
  assert.equal(store.network.value, NETWORK);
  assert.deepEqual(streams.map(({ id }) => id), ["s1"]);
  assert.deepEqual(store.history.value.buckets.map(({ mean }) => mean), [3.3, 3.2]);
});

test("starting opens the session that the address names, if it is there", async () => {
  const { store } = opened({ choices: { session: "s2" } });
  await store.actions.start();
  assert.equal(store.session.value?.id, "s2");
  const other = opened({ choices: { session: "gone" } });
  await other.store.actions.start();
  assert.equal(other.store.session.value?.id, "s1");
});

test("starting makes a session where there is none", async () => {
  const { store } = opened({ sessions: [] });
  await store.actions.start();
  assert.equal(store.session.value?.id, "new");
});

test("position, loss and running follow the newest frame", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  assert.deepEqual(store.position.value, { step: 2, op: 2, ops: 2 });
  streams[0].handlers.frame(frame({ running: true }));
  assert.deepEqual(store.position.value, { step: 5, op: 1, ops: 2 });
  assert.equal(store.loss.value, 3);
  assert.equal(store.running.value, true);
});

test("the moment is the op that was done last", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  assert.equal(store.moment.value?.label, "dhpreact ← h");
  streams[0].handlers.frame(frame({ position: { step: 5, op: 1, ops: 2 } }));
  assert.equal(store.moment.value?.code, "h = torch.tanh(hpreact)");
  streams[0].handlers.frame(frame({ position: { step: 5, op: 0, ops: 2 } }));
  assert.equal(store.moment.value?.pass, "minibatch");
});

test("a frame of another session is not taken", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ session: "s2" }));
  assert.equal(store.frame.value, null);
});

test("the stream is told the union of what the panels want, each view once", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  store.actions.show("a", [values("h"), summary("h")]);
  store.actions.show("b", [values("h")]);
  const told = streams[0].shown.length;
  assert.deepEqual(streams[0].shown.at(-1), [summary("h"), values("h")]);
  store.actions.show("b", [values("h")]);
  assert.equal(streams[0].shown.length, told);
  store.actions.show("a", []);
  assert.deepEqual(streams[0].shown.at(-1), [values("h")]);
});

const STOPPED = "loss is 1.95 at step 5: below 2, where the run was to stop.";

test("why a run stopped is said until it is put away, and the next one's reason again", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ stopped: STOPPED }));
  assert.deepEqual(store.standstill.value, { text: STOPPED, kind: "stopped" });
  store.actions.dismissStandstill();
  assert.equal(store.standstill.value.text, "");
  streams[0].handlers.frame(frame({ running: true }));
  streams[0].handlers.frame(frame({ stopped: STOPPED }));
  assert.equal(store.standstill.value.text, STOPPED);
  streams[0].handlers.frame(frame({ running: true }));
  assert.equal(store.standstill.value.text, "");
});

test("why a run stopped before the page was there is said as well, and can be put away", async () => {
  const { store } = opened({ refuse: { session: () => ({ ...session("s1"), stopped: STOPPED, loss: null }) } });
  await store.actions.start();
  assert.deepEqual(store.standstill.value, { text: STOPPED, kind: "diverged" });
  store.actions.dismissStandstill();
  assert.equal(store.standstill.value.text, "");
  await store.actions.openSession("s2");
  assert.equal(store.standstill.value.text, STOPPED);
});

test("a session that waits for its engine says so until it moves", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ running: true, engine: { name: "kernel", waiting: true } }));
  assert.equal(store.standstill.value.kind, "waiting");
  streams[0].handlers.frame(frame({ running: true }));
  assert.equal(store.standstill.value.kind, "");
});

test("a loss that is not known yet is no divergence", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ loss: null, position: { step: 5, op: 0, ops: 2 } }));
  assert.equal(store.diverged.value, false);
  streams[0].handlers.frame(frame({ loss: null }));
  assert.equal(store.diverged.value, true);
});

test("what the server refuses is shown once, until it is dismissed, and later commands still go out", async () => {
  const { store, commands } = opened({ refuse: { advance: new ApiError(409, "Not now.") } });
  await store.actions.start();
  await store.actions.advance("op");
  await store.actions.advance("op");
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["Not now."]);
  await store.actions.run();
  assert.equal(commands().at(-1)?.[0], "run");
  store.actions.dismiss(store.notices.value[0].id);
  assert.deepEqual(store.notices.value, []);
});

test("the rate of a run is not known while the server does not answer", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ running: true, steps_per_second: 500 }));
  assert.equal(store.stepsPerSecond.value, 500);
  streams[0].handlers.connection("lost");
  assert.equal(store.stepsPerSecond.value, null);
});

test("a verification remembers what the page had of its position", async () => {
  const position = { step: 5, op: 2, ops: 2 };
  const { store, streams } = opened({ refuse: { verification: { position, rows: [] } } });
  await store.actions.start();
  await store.actions.verify();
  assert.equal(store.verification.value?.seen, null);
  streams[0].handlers.frame(frame({ position, last_change: 8, loss: 2.5 }));
  await store.actions.verify();
  assert.deepEqual(store.verification.value?.seen, { last_change: 8, loss: 2.5 });
});

test("verifying is marked while it lasts, also when it fails", async () => {
  const { store } = opened({ refuse: { verification: new ApiError(409, "Not now.") } });
  await store.actions.start();
  /** @type {boolean[]} */
  const seen = [];
  effect(() => void seen.push(store.verifying.value));
  await store.actions.verify();
  assert.deepEqual(seen, [false, true, false]);
});

test("where a session stands before its last step, it is known how many come after", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  assert.deepEqual([store.lastStep.value, store.later.value], [2, 0]);
  streams[0].handlers.frame(frame({ position: { step: 5, op: 1, ops: 2 }, last_step: 8 }));
  assert.deepEqual([store.lastStep.value, store.later.value], [8, 3]);
});

test("that something is not saved is said until it is", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ unsaved: "the disk is full" }));
  assert.equal(store.unsaved.value, "the disk is full");
  streams[0].handlers.frame(frame({}));
  assert.equal(store.unsaved.value, null);
});

test("how a replay differed is said until it is put away", async () => {
  const divergence = { step: 64, expected: "a", found: "b", text: "Step 64 came out different." };
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ divergence }));
  assert.deepEqual(store.standstill.value, { text: divergence.text, kind: "differs" });
  store.actions.dismissStandstill();
  streams[0].handlers.frame(frame({ divergence }));
  assert.equal(store.standstill.value.text, "");
});
