import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../frontend/api.js";
import { opened, session, settled } from "../opened.js";

/** A store whose session stands at step 2, and has come to step 9. @param {Record<string, any>} [refuse] */
async function behind(refuse) {
  const made = opened({
    refuse: { session: (/** @type {string} */ id) => session(id, { last_step: id === "branch" ? 2 : 9 }), ...refuse },
  });
  await made.store.actions.start();
  return made;
}

/** @param {Awaited<ReturnType<typeof behind>>["store"]} store */
async function asked(store) {
  await store.actions.setLearningRate(0.05);
  const question = store.question.value;
  assert.ok(question);
  return question;
}

test("at the last step the learning rate is set, and nothing is asked", async () => {
  const { store, called } = opened();
  await store.actions.start();
  await store.actions.setLearningRate(0.05);
  assert.deepEqual(called("setLearningRate"), [["s1", 0.05, { discardLater: false }]]);
  assert.equal(store.question.value, null);
});

test("at an earlier step it is asked what is to become of those after it, and nothing is done before", async () => {
  const { store, commands } = await behind();
  const { text, step, last } = await asked(store);
  assert.deepEqual([text, step, last], ["set the learning rate to 0.05", 2, 9]);
  assert.deepEqual(commands(), []);
});

test("to cancel leaves everything as it is", async () => {
  const { store, commands } = await behind();
  (await asked(store)).answer("cancel");
  await settled();
  assert.deepEqual(commands(), []);
  assert.equal(store.question.value, null);
});

test("to discard sets it here, and has the server discard what came after", async () => {
  const { store, called } = await behind();
  (await asked(store)).answer("discard");
  await settled();
  assert.deepEqual(called("setLearningRate"), [["s1", 0.05, { discardLater: true }]]);
});

test("to branch sets it in a new session, which is opened", async () => {
  const { store, called } = await behind();
  (await asked(store)).answer("branch");
  await settled();
  assert.deepEqual(called("branch"), [["s1", { step: 2, training: { learning_rate: 0.05 } }]]);
  assert.deepEqual(called("setLearningRate"), []);
  assert.equal(store.session.value?.id, "branch");
});

test("where the session has moved while it was asked, it is asked again", async () => {
  const position = { step: 2, op: 2, ops: 2 };
  const { store, called } = await behind({ session: () => session("s1", { position: { ...position }, last_step: 9 }) });
  const question = await asked(store);
  position.step = 1;
  question.answer("discard");
  await settled();
  assert.equal(store.question.value?.step, 1);
  assert.deepEqual(called("setLearningRate"), []);
});

test("a session that runs through its past is paused to ask, and one that makes new steps is not", async () => {
  const found = { running: true, last_step: 9 };
  const past = await behind({ session: () => session("s1", found), pause: () => Object.assign(found, { running: false }) });
  await asked(past.store);
  assert.deepEqual(past.commands(), [["pause", "s1"]]);
  const newest = await behind({ session: () => session("s1", { running: true }) });
  await newest.store.actions.setLearningRate(0.05);
  assert.deepEqual(newest.commands().map(([name]) => name), ["setLearningRate"]);
});

test("what is no number is refused before anything is asked", async () => {
  const { store } = await behind({ setLearningRate: new ApiError(422, "learning_rate: a number is wanted") });
  await store.actions.setLearningRate(/** @type {any} */ ("fast"));
  assert.equal(store.question.value, null);
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["learning_rate: a number is wanted"]);
});

test("a question about one session does not stay when another one is opened", async () => {
  const { store, commands } = await behind();
  await asked(store);
  await store.actions.openSession("s2");
  assert.equal(store.question.value, null);
  assert.deepEqual(commands(), []);
});
