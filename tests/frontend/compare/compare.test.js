import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../frontend/api.js";
import { createComparison, DIFFERENCE } from "../../../frontend/compare/compare.js";
import { DEFAULTS } from "../../../frontend/lib/page/choices.js";
import { values } from "../../../frontend/lib/views.js";
import { createStore } from "../../../frontend/store/store.js";
import { fakeServer } from "../fake-server.js";

/** Until all that was asked for has been answered. */
const settled = () => new Promise((resolve) => setTimeout(resolve, 60));

/** @param {Parameters<typeof fakeServer>[0]} sessions @param {Partial<typeof DEFAULTS>} [choices] */
async function page(sessions, choices = {}) {
  const server = fakeServer(sessions);
  const { api, openStream } = server;
  /** @type {Map<string, any>} */
  const streams = new Map();
  const opening = (/** @type {string} */ id, /** @type {any} */ handlers) => {
    streams.set(id, handlers);
    return openStream(id, handlers);
  };
  const first = createStore({ api, openStream: opening, choices: { ...DEFAULTS, session: "a", ...choices } });
  const second = createStore({
    api, openStream: (id, handlers) => opening(id, { ...handlers, gone: () => store.comparison.leave() }),
  });
  const store = createComparison({ first, second, api, wait: (again) => setTimeout(again, 0) });
  await store.actions.start();
  await settled();
  return { ...server, store, first, second, streams };
}

const TWO = { a: { last_step: 10 }, b: { last_step: 10 } };

test("where nothing is compared, the page's store is the first one's", async () => {
  const { store, places } = await page(TWO);
  assert.equal(store.comparison.active.value, false);
  await store.actions.advance("step", 1);
  assert.deepEqual(places(), ["11:8", "10:8"]);
  assert.equal(store.lastStep.value, 11);
});

test("a page that opens on a session which runs leaves it running", async () => {
  const { store, at, moves } = await page({ a: { last_step: 10, running: true } });
  assert.equal(store.session.value?.id, "a");
  assert.equal(at("a").running, true);
  assert.deepEqual(moves(), []);
});

test("an address with two sessions opens both, at the same step", async () => {
  const { store, places } = await page({ a: { last_step: 10 }, b: { last_step: 30 } }, { compare: "b" });
  assert.equal(store.comparison.active.value, true);
  assert.equal(store.comparison.second.session.value?.id, "b");
  assert.deepEqual(places(), ["10:8", "10:8"]);
});

test("with locked controls, an address with two sessions opens both where they stand", async () => {
  const { store, places, moves } = await page({ a: { last_step: 10 }, b: { last_step: 30 } }, { compare: "b", controls: "locked" });
  assert.equal(store.comparison.active.value, true);
  assert.deepEqual(places(), ["10:8", "30:8"]);
  assert.deepEqual(moves(), []);
});

test("what moves one moves both", async () => {
  const { store, places } = await page(TWO, { compare: "b" });
  await store.actions.advance("step", 2);
  assert.deepEqual(places(), ["12:8", "12:8"]);
  await store.comparison.second.actions.advance("op", -1);
  assert.deepEqual(places(), ["12:7", "12:7"]);
  await store.actions.goTo(3);
  await store.actions.seek(4);
  assert.deepEqual(places(), ["4:8", "4:8"]);
  store.actions.scrub(7);
  await store.actions.seek(7);
  assert.deepEqual(places(), ["7:8", "7:8"]);
});

test("the timeline reaches as far as both have come", async () => {
  const { store } = await page({ a: { last_step: 30, position: { step: 5, op: 8, ops: 8 } }, b: { last_step: 20 } }, { compare: "b" });
  assert.equal(store.lastStep.value, 20);
  assert.equal(store.later.value, 15);
});

test("a run of the pair is shown as one, and paused as one", async () => {
  const { store, places } = await page(TWO, { compare: "b" });
  const run = store.actions.run();
  await settled();
  assert.equal(store.running.value, true);
  assert.equal(store.comparison.second.streaming.value, true);
  await store.actions.pause();
  await run;
  assert.equal(store.running.value, false);
  assert.equal(places()[0], places()[1]);
});

test("why a run of the pair stopped stands where a session's reason does, until it is put away", async () => {
  const { store } = await page(TWO, { compare: "b", until: "loss<2.8" });
  await store.actions.run();
  assert.match(store.standstill.value.text, /^A: loss is/);
  store.actions.dismissStandstill();
  assert.equal(store.standstill.value.text, "");
});

test("frames of both are held as a pair only of one step and op", async () => {
  const { store, streams, at } = await page(TWO, { compare: "b" });
  const { frames } = store.comparison;
  assert.deepEqual([frames.value?.a.info.session, frames.value?.b.info.session], ["a", "b"]);
  const held = frames.value;
  streams.get("a").frame({ ...held?.a, info: { ...held?.a.info, version: 99, position: { step: 11, op: 8, ops: 8 } } });
  assert.equal(frames.value, held);
  assert.equal(store.comparison.together.value, false);
  streams.get("b").frame({ ...held?.b, info: { ...held?.b.info, version: 99, position: { step: 11, op: 8, ops: 8 } } });
  assert.equal(frames.value?.b.info.position.step, 11);
  assert.equal(at("a").position.step, 10);
});

test("brought together again, both stand where the first does", async () => {
  const { store, api, places } = await page(TWO, { compare: "b" });
  await api.seek("b", 3);
  await settled();
  assert.equal(store.comparison.together.value, false);
  await store.comparison.align();
  assert.deepEqual(places(), ["10:8", "10:8"]);
  assert.equal(store.comparison.together.value, true);
});

test("leaving goes back to the one session, and closes the other", async () => {
  const { store, second, places } = await page(TWO, { compare: "b" });
  store.comparison.leave();
  await settled();
  assert.equal(store.comparison.active.value, false);
  assert.equal(second.session.value, null);
  assert.equal(store.comparison.frames.value, null);
  await store.actions.advance("step", 1);
  assert.deepEqual(places(), ["11:8", "10:8"]);
});

test("a session is not compared with itself", async () => {
  const { store } = await page(TWO, { compare: "a" });
  assert.equal(store.choices.value.compare, "");
});

test("a session that there is not is said to be missing, and not compared with", async () => {
  const { store } = await page(TWO, { compare: "gone" });
  assert.equal(store.choices.value.compare, "");
  assert.deepEqual(store.notices.value.map(({ text }) => text), ["There is no session gone."]);
});

test("where the other session is deleted, the page goes back to the one", async () => {
  const { store, streams } = await page(TWO, { compare: "b" });
  streams.get("b").gone();
  await settled();
  assert.equal(store.comparison.active.value, false);
  assert.equal(store.session.value?.id, "a");
});

test("where the server has come back without the other session, no third one takes its place", async () => {
  const { store, streams, second, answers } = await page({ ...TWO, c: {} }, { compare: "b" });
  answers.sessions = () => [answers.session("c")];
  streams.get("b").connection("lost");
  streams.get("b").connection("open");
  await settled();
  assert.equal(store.choices.value.compare, "");
  assert.equal(second.session.value, null);
});

test("another first session takes the place of the one, beside the same other", async () => {
  const { store, places } = await page({ ...TWO, c: { last_step: 5 } }, { compare: "b" });
  await store.actions.openSession("c");
  await settled();
  assert.deepEqual([store.session.value?.id, store.comparison.second.session.value?.id], ["c", "b"]);
  assert.deepEqual(places(), ["10:8", "5:8", "5:8"]);
});

test("what the difference shows is asked of both, what panels show of their own session", async () => {
  const { store, first, second } = await page(TWO, { compare: "b" });
  store.actions.show(DIFFERENCE, [values("dW1")]);
  store.actions.show("card-panel", [values("h")]);
  store.comparison.second.actions.show("push-pull-panel", [values("dlogits")]);
  const asked = (/** @type {typeof first} */ { views }) => JSON.parse(views.value).map((/** @type {any} */ view) => view.tensor);
  assert.deepEqual(asked(first), ["dW1", "h"]);
  assert.deepEqual(asked(second), ["dW1", "dlogits"]);
});

test("what is chosen holds for both columns", async () => {
  const { store } = await page(TWO, { compare: "b" });
  store.comparison.second.actions.inspect("h");
  assert.equal(store.choices.value.tensor, "h");
  assert.equal(store.comparison.second.choices.value.tensor, "h");
});

test("another learning rate makes a branch there, and is compared with", async () => {
  const { store, answers, calls, places } = await page(TWO);
  answers.branch = () => ({ ...answers.session("b"), id: "b" });
  await store.comparison.tryWith({ name: "learning_rate", filled: " 0.5", step: 4 });
  await settled();
  assert.deepEqual(calls.find(([name]) => name === "branch"),
    ["branch", "a", { name: "a, learning rate 0.5", step: 4, training: { learning_rate: 0.5 } }]);
  assert.equal(store.comparison.active.value, true);
  assert.deepEqual(places(), ["10:8", "10:8"]);
});

test("another config makes a new session, and both go to step 0", async () => {
  const { store, answers, calls, places } = await page({ a: { last_step: 10 }, fresh: { last_step: 0 } });
  answers.createSession = () => answers.session("fresh");
  await store.comparison.tryWith({ name: "model.batch_norm", filled: "none", step: 10 });
  await settled();
  assert.deepEqual(calls.find(([name]) => name === "createSession")?.[1].model, { batch_norm: "none" });
  assert.deepEqual(places(), ["0:8", "0:8"]);
});

/** @type {any} */
const TRAP = {
  name: "mean_forgotten", title: "The mean forgotten", threshold: null,
  twins: [{ config: { init: { seed: 7 } }, armed: false }, { config: { init: { seed: 7 } }, armed: true }],
};

/** A page on whose server new sessions are called right and wrong. */
async function laboratory() {
  const made = await page({ a: { last_step: 10 }, right: { last_step: 0 }, wrong: { last_step: 0 } });
  const fresh = ["right", "wrong"];
  made.answers.createSession = () => made.answers.session(fresh.shift());
  made.answers.setTraps = () => {};
  made.answers.remove = () => {};
  return made;
}

test("twins are two new sessions, of which one is armed, side by side where the difference is seen", async () => {
  const { store, calls } = await laboratory();
  await store.comparison.openTwins(TRAP);
  await settled();
  assert.deepEqual(calls.filter(([name]) => name === "createSession").map(([, config]) => config), [
    { name: "right: The mean forgotten", init: { seed: 7 } }, { name: "wrong: The mean forgotten", init: { seed: 7 } },
  ]);
  assert.deepEqual(calls.filter(([name]) => name === "setTraps"), [["setTraps", "wrong", [{ name: "mean_forgotten", threshold: null }]]]);
  assert.equal(store.session.value?.id, "right");
  assert.equal(store.comparison.active.value, true);
  assert.equal(store.choices.value.panels, "verification");
});

test("where a twin is refused neither stays behind", async () => {
  const { store, answers, calls } = await laboratory();
  answers.setTraps = () => {
    throw new ApiError(422, "That trap has no place.");
  };
  await assert.rejects(store.comparison.openTwins(TRAP), /has no place/);
  assert.deepEqual(calls.filter(([name]) => name === "remove").map(([, id]) => id), ["right", "wrong"]);
  assert.equal(store.session.value?.id, "a");
});

test("verifying verifies both", async () => {
  const { store, calls } = await page(TWO, { compare: "b" });
  await store.actions.verify();
  assert.deepEqual(calls.filter(([name]) => name === "verification").map(([, id]) => id), ["a", "b"]);
});
