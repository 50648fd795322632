import assert from "node:assert/strict";
import { test } from "node:test";

import { MOST_BUCKETS } from "../../../frontend/lib/learning/history.js";
import { frame, opened, point, session, settled } from "../opened.js";

/** @param {ReturnType<typeof opened>["store"]} store */
const losses = ({ history: { value } }) => [...value.buckets, ...(value.present ? [value.present] : [])]
  .map(({ step, mean }) => [step, mean]);

test("losses of frames come after those on record, each step once", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  for (const [step, loss] of [[2, 3.1], [2, 9], [3, 3.0]]) {
    streams[0].handlers.frame(frame({ metrics: point(step, loss), position: { step, op: 2, ops: 2 } }));
  }
  assert.deepEqual(losses(store).map(([step]) => step), [0, 1, 3]);
  streams[0].handlers.frame(frame({
    metrics: { loss: { step: [2, 3], mean: [9, 3], min: [9, 3], max: [9, 3] } }, position: { step: 3, op: 2, ops: 2 },
  }));
  assert.deepEqual(losses(store), [[0, 3.3], [1, 3.2], [2, 9], [3, 3]]);
});

test("the past is asked for up to the step before the last one, wherever the session stands", async () => {
  const { store, called } = opened({ refuse: { session: session("s1", { last_step: 9 }) } });
  await store.actions.start();
  assert.deepEqual(called("metrics"), [["s1", "loss", MOST_BUCKETS, 8]]);
});

test("no past is asked for where there is none", async () => {
  const position = { step: 0, op: 2, ops: 2 };
  const { store, called } = opened({ refuse: { session: session("s1", { position, last_step: 0 }) } });
  await store.actions.start();
  assert.deepEqual(called("metrics"), []);
});

test("where the losses of a frame leave steps out, the past is read again", async () => {
  const { store, streams, called } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({ metrics: point(9, 2), position: { step: 9, op: 2, ops: 2 } }));
  assert.deepEqual(called("metrics").at(-1), ["s1", "loss", MOST_BUCKETS, 8]);
});

test("a run that was told in few points is read again once it rests, and not before", async () => {
  const { store, streams, called } = opened();
  await store.actions.start();
  const metrics = { loss: { step: [2, 500], mean: [3, 2], min: [3, 1], max: [3, 4] } };
  const told = { metrics, position: { step: 1000, op: 2, ops: 2 } };
  const before = called("metrics").length;
  streams[0].handlers.frame(frame({ ...told, running: true }));
  assert.equal(called("metrics").length, before);
  streams[0].handlers.frame(frame(told));
  assert.deepEqual(called("metrics").slice(before), [["s1", "loss", MOST_BUCKETS, 999]]);
});

test("what came to rest while the past was being read is read as well", async () => {
  const { store, streams, called } = opened();
  await store.actions.start();
  const before = called("metrics").length;
  for (const step of [1000, 1900]) {
    const metrics = { loss: { step: [step - 900, step - 400], mean: [3, 2], min: [3, 1], max: [3, 4] } };
    streams[0].handlers.frame(frame({ metrics, position: { step, op: 2, ops: 2 } }));
  }
  await settled();
  assert.deepEqual(called("metrics").slice(before).map(([, , , last]) => last), [999, 1899]);
});

test("where a frame hides at which step the losses ended, the past is read again", async () => {
  const { store, streams, called } = opened();
  await store.actions.start();
  const metrics = { loss: { step: [2, 5], mean: [3, null], min: [3, 2], max: [3, 9] } };
  streams[0].handlers.frame(frame({ metrics, loss: null, position: { step: 9, op: 2, ops: 2 } }));
  assert.deepEqual(called("metrics").at(-1), ["s1", "loss", MOST_BUCKETS, 8]);
});

const AT_4 = { step: 4, op: 2, ops: 2 };

/** A store whose session has come to step 4, and the frames of its stream. */
async function atStep4() {
  const { store, streams, called } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({
    metrics: { loss: { step: [2, 3, 4], mean: [3, 2, 1], min: [3, 2, 1], max: [3, 2, 1] } }, position: AT_4,
  }));
  return { store, called, take: (/** @type {any} */ changes) => streams[0].handlers.frame(frame(changes)) };
}

test("where the session goes back, the losses of what came after stay, and so does the last one's own", async () => {
  const { store, called, take } = await atStep4();
  take({ metrics: point(4, 1), position: { step: 1, op: 2, ops: 2 }, last_step: 4, loss: 3.2 });
  assert.deepEqual(losses(store), [[0, 3.3], [1, 3.2], [2, 3], [3, 2], [4, 1]]);
  assert.equal(called("metrics").length, 1);
});

test("of a session that stands at an earlier step, the frame's loss is not taken for that of the last one", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  const metrics = { loss: { step: [0, 2], mean: [3, 2], min: [3, 2], max: [3, 2] } };
  streams[0].handlers.frame(frame({ metrics, position: { step: 1, op: 2, ops: 2 }, last_step: 3, loss: 9 }));
  assert.equal(store.history.value.present, null);
});

test("what is discarded is cut off", async () => {
  const { store, take } = await atStep4();
  take({ metrics: point(2, 5), position: { step: 2, op: 2, ops: 2 }, loss: 5 });
  assert.deepEqual(losses(store), [[0, 3.3], [1, 3.2], [2, 5]]);
});

test("what is discarded is cut off, though as many steps were made anew before a frame could tell", async () => {
  const { store, take } = await atStep4();
  const told = { step: [1, 2, 3, 4, 5], mean: [6, 7, 8, 9, 10] };
  take({ metrics: { loss: { ...told, min: told.mean, max: told.mean } }, position: { step: 5, op: 2, ops: 2 }, loss: 10 });
  assert.deepEqual(losses(store), [[0, 3.3], [1, 6], [2, 7], [3, 8], [4, 9], [5, 10]]);
});

test("what was read of a past that has been discarded meanwhile is not taken", async () => {
  const { store, streams, called } = opened({ refuse: { session: session("s1", { last_step: 9 }) } });
  const starting = store.actions.start();
  while (!streams.length) await settled();
  streams[0].handlers.frame(frame({ metrics: point(1, 4), position: { step: 1, op: 2, ops: 2 } }));
  await starting;
  assert.deepEqual(called("metrics").map(([, , , last]) => last), [8, 0]);
});
