import assert from "node:assert/strict";
import { test } from "node:test";

import { checkpointBefore, isOutdated, marksOf } from "../../../../frontend/lib/time/timeline.js";
import { frame, opened, settled } from "../../opened.js";

const TIMELINE = { last_step: 1000, commands: [], checkpoints: [0, 512], last_change: 3 };

for (const [step, checkpoint] of [[0, 0], [511, 0], [512, 512], [1000, 512]]) {
  test(`the nearest that can be shown at once before step ${step} is ${checkpoint}`, () => {
    assert.equal(checkpointBefore(TIMELINE, step), checkpoint);
  });
}

/** @param {object} changes @returns {any} */
const told = (changes) => ({ last_step: 1000, last_change: 3, running: false, ...changes });

test("a timeline is not read again for steps that hardly show in it", () => {
  assert.equal(isOutdated(TIMELINE, told({ running: true }), told({ running: true, last_step: 1100 })), false);
  assert.equal(isOutdated(TIMELINE, told({}), told({})), false);
});

test("a timeline is read again when much was added, something discarded, a run ended, or something changed", () => {
  assert.equal(isOutdated(TIMELINE, told({}), told({ last_step: 2000 })), true);
  assert.equal(isOutdated(TIMELINE, told({}), told({ last_step: 400 })), true);
  assert.equal(isOutdated(TIMELINE, told({ running: true }), told({})), true);
  assert.equal(isOutdated(TIMELINE, told({}), told({ last_change: 4 })), true);
});

test("a change is heard of though no frame of its own step came, and by however few steps it went on", () => {
  assert.equal(isOutdated(TIMELINE, told({}), told({ last_step: 1001, last_change: 4, running: true })), true);
});

/** @param {number} number @param {number} step @param {any} [kind] */
const command = (number, step, kind = "set_learning_rate") => ({ number, kind, step, text: `change ${number}` });

test("changes far from each other have a mark each, with step and text", () => {
  const marks = marksOf([command(2, 1500), command(1, 100)], (step) => step, 10);
  assert.deepEqual(marks.map(({ step, texts }) => [step, texts]),
    [[100, ["step 100: change 1"]], [1500, ["step 1,500: change 2"]]]);
});

test("changes that would lie over each other share the first one's mark", () => {
  const marks = marksOf([command(1, 100), command(2, 105, "set_parameter"), command(3, 112)], (step) => step, 10);
  assert.deepEqual(marks.map(({ step, kind, texts }) => [step, kind, texts.length]),
    [[100, "several", 2], [112, "set_learning_rate", 1]]);
});

test("the timeline is read when a session is opened, and when its run was paused", async () => {
  const { store, streams, called } = opened();
  await store.actions.start();
  assert.deepEqual(store.timeline.value?.checkpoints, [0]);
  streams[0].handlers.frame(frame({ running: true, position: { step: 3, op: 2, ops: 2 } }));
  streams[0].handlers.frame(frame({ running: true, position: { step: 4, op: 2, ops: 2 } }));
  const before = called("timeline").length;
  streams[0].handlers.frame(frame({ position: { step: 4, op: 2, ops: 2 } }));
  await settled();
  assert.equal(called("timeline").length, before + 1);
});

test("one request at a time reads the timeline, and a change meanwhile has it read once more", async () => {
  /** @type {((timeline: any) => void)[]} */
  const answers = [];
  const { store, streams } = opened({ refuse: { timeline: () => new Promise((answer) => answers.push(answer)) } });
  const starting = store.actions.start();
  while (!answers.length) await settled();
  answers[0](TIMELINE);
  await starting;
  for (const step of [5000, 10_000, 20_000]) streams[0].handlers.frame(frame({ position: { step, op: 2, ops: 2 } }));
  assert.equal(answers.length, 2);
  answers[1]({ ...TIMELINE, last_step: 5000 });
  await settled();
  assert.equal(answers.length, 3);
});

test("the timeline of the session before does not stay", async () => {
  const timeline = (/** @type {string} */ id) => (id === "s1" ? TIMELINE : new Promise(() => {}));
  const { store } = opened({ refuse: { timeline } });
  await store.actions.start();
  assert.equal(store.timeline.value, TIMELINE);
  store.actions.openSession("s2");
  while (store.session.value?.id !== "s2") await settled();
  assert.equal(store.timeline.value, null);
});
