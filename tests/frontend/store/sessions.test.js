import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../frontend/api.js";
import { frame, opened, session, settled } from "../opened.js";

test("a config that is refused rejects, and the session stays", async () => {
  const { store } = opened({ refuse: { createSession: new ApiError(422, "batch_size: too large") } });
  await store.actions.start();
  await assert.rejects(store.actions.createSession({}), { message: "batch_size: too large" });
  assert.equal(store.session.value?.id, "s1");
  assert.deepEqual(store.notices.value, []);
});

test("another session brings its own stream, and nothing of the one before stays", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  streams[0].handlers.frame(frame({}));
  await store.actions.verify();
  await store.actions.openSession("s2");
  assert.equal(streams[0].closed, true);
  assert.deepEqual(streams.map(({ id }) => id), ["s1", "s2"]);
  assert.equal(store.frame.value, null);
  assert.equal(store.verification.value, null);
  assert.equal(store.choices.value.session, "s2");
});

test("a pinned cell's answer goes with the session that it was of", async () => {
  const { store, streams } = opened({ choices: { cell: "h[0,0]" }, refuse: { explanation: { cell: [0, 0], sources: [] } } });
  await store.actions.start();
  streams[0].handlers.frame(frame({}));
  while (!store.explanation.value?.answer) await settled();
  await store.actions.openSession("s2");
  assert.equal(store.explanation.value, null);
});

test("sessions and data sets that were made meanwhile are there once one is opened, or asked for", async () => {
  const sessions = [session("s1")];
  const datasets = [{ id: "names" }];
  const { store } = opened({ sessions, refuse: { datasets: () => [...datasets] } });
  await store.actions.start();
  sessions.push({ ...session("s2"), config: { data: { dataset: "own" } } });
  datasets.push({ id: "own" });
  await store.actions.refresh();
  assert.deepEqual(store.datasets.value.map(({ id }) => id), ["names", "own"]);
  datasets.push({ id: "third" });
  await store.actions.openSession("s2");
  assert.deepEqual(store.datasets.value.map(({ id }) => id), ["names", "own", "third"]);
});

test("a session that is gone when it is chosen is said, and the list is read anew", async () => {
  const sessions = [session("s1"), session("s2")];
  const gone = (/** @type {string} */ id) => {
    if (id === "s2") throw new ApiError(404, "There is no session s2.");
    return session(id);
  };
  const { store } = opened({ refuse: { session: gone, sessions: () => [...sessions] } });
  await store.actions.start();
  sessions.pop();
  await store.actions.openSession("s2");
  assert.equal(store.session.value?.id, "s1");
  assert.deepEqual(store.sessions.value.map(({ id }) => id), ["s1"]);
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["There is no session s2."]);
});

test("own words become a data set that is in the list", async () => {
  const datasets = [{ id: "names" }];
  const addDataset = () => {
    datasets.push({ id: "own" });
    return { id: "own" };
  };
  const { store } = opened({ refuse: { addDataset, datasets: () => [...datasets] } });
  await store.actions.start();
  assert.equal((await store.actions.addDataset(new File(["anna"], "words.txt"))).id, "own");
  assert.deepEqual(store.datasets.value.map(({ id }) => id), ["names", "own"]);
});

test("of two sessions opened at once the last one wins", async () => {
  const { store, streams } = opened();
  await store.actions.start();
  await Promise.all([store.actions.openSession("s2"), store.actions.openSession("s1")]);
  assert.equal(store.session.value?.id, "s1");
  assert.equal(streams.filter(({ closed }) => !closed).length, 1);
});

test("when the connection is back, the session is read anew", async () => {
  const { store, calls, streams } = opened();
  await store.actions.start();
  streams[0].handlers.connection("open");
  streams[0].handlers.connection("lost");
  assert.equal(store.connection.value, "lost");
  const before = calls.length;
  streams[0].handlers.connection("open");
  await settled();
  assert.deepEqual(calls.slice(before).find(([name]) => name === "session"), ["session", "s1"]);
});

test("when the server has lost the session, another one is opened", async () => {
  const sessions = [session("s1")];
  const { store, streams } = opened({ sessions });
  await store.actions.start();
  sessions[0] = session("s9");
  streams[0].handlers.gone();
  await settled();
  assert.equal(store.session.value?.id, "s9");
});

test("a session that is renamed is so in the list and where it is shown", async () => {
  const sessions = [session("s1"), session("s2")];
  const rename = (/** @type {string} */ id, /** @type {string} */ name) => (sessions[0] = session(id, { name }));
  const { store } = opened({ sessions, refuse: { rename, sessions: () => [...sessions] } });
  await store.actions.start();
  await store.actions.renameSession("s1", "slow");
  assert.equal(store.session.value?.name, "slow");
  assert.deepEqual(store.sessions.value.map(({ name }) => name), ["slow", "s2"]);
});

/** A store whose server deletes and restores. @param {string[]} ids */
async function deletable(ids) {
  let sessions = ids.map((id) => session(id));
  const made = opened({
    refuse: {
      sessions: () => sessions,
      remove: (/** @type {string} */ id) => void (sessions = sessions.filter((each) => each.id !== id)),
      restore: (/** @type {string} */ id) => sessions.push(session(id)),
      createSession: () => (sessions.push(session("new")), session("new")),
    },
  });
  await made.store.actions.start();
  return made;
}

test("where the open session is deleted, another one is opened, and it can be undone", async () => {
  const { store, streams } = await deletable(["s1", "s2"]);
  await store.actions.removeSession(session("s1", { name: "first" }));
  assert.equal(store.session.value?.id, "s2");
  assert.deepEqual(streams.map(({ closed }) => closed), [true, false]);
  const [{ text, action }] = store.notices.value;
  assert.deepEqual([text, action?.text], ["Deleted “first”.", "Undo"]);
  await action?.perform();
  assert.equal(store.session.value?.id, "s1");
});

test("a session deleted in the list leaves the open one alone, and comes back to the list", async () => {
  const { store, streams } = await deletable(["s1", "s2"]);
  await store.actions.removeSession(session("s2"));
  assert.deepEqual(store.sessions.value.map(({ id }) => id), ["s1"]);
  await store.notices.value[0].action?.perform();
  assert.deepEqual(store.sessions.value.map(({ id }) => id), ["s1", "s2"]);
  assert.equal(store.session.value?.id, "s1");
  assert.equal(streams.length, 1);
});

test("where the last session is deleted, the page has a new one", async () => {
  const { store } = await deletable(["s1"]);
  await store.actions.removeSession(session("s1"));
  assert.equal(store.session.value?.id, "new");
});

test("two sessions of one name that are deleted can both be undone", async () => {
  const { store } = await deletable(["s1", "s2", "s3"]);
  for (const id of ["s2", "s3"]) await store.actions.removeSession(session(id, { name: "same" }));
  assert.equal(store.notices.value.length, 2);
});

test("a session that could not be deleted goes on, and it is said", async () => {
  const { store, streams } = opened({ refuse: { remove: new ApiError(503, "The store is locked.") } });
  await store.actions.start();
  await store.actions.removeSession(session("s1"));
  assert.equal(store.session.value?.id, "s1");
  assert.equal(streams.at(-1)?.closed, false);
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["The store is locked."]);
});

test("a branch is made of the open session, and opened", async () => {
  const { store, called } = opened();
  await store.actions.start();
  await store.actions.branch({ name: "slow", step: 1 });
  assert.deepEqual(called("branch"), [["s1", { name: "slow", step: 1 }]]);
  assert.equal(store.session.value?.id, "branch");
});

test("a file is imported as a session of its own, which is opened, and one that is refused rejects", async () => {
  const { store } = opened();
  await store.actions.start();
  await store.actions.importSession(new Blob(["zip"]));
  assert.equal(store.session.value?.id, "imported");
  const other = opened({ refuse: { importSession: new ApiError(422, "This is no exported session.") } });
  await other.store.actions.start();
  await assert.rejects(other.store.actions.importSession(new Blob([])), { message: "This is no exported session." });
});
