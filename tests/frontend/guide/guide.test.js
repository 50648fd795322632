import assert from "node:assert/strict";
import { test } from "node:test";

import { ApiError } from "../../../frontend/api.js";
import { createGuide } from "../../../frontend/guide/guide.js";
import { guarded } from "../../../frontend/lib/page/controls.js";
import { frame, opened, session, settled } from "../opened.js";

const CONFIG = { name: "of the lesson" };
const ALL = `session: ${JSON.stringify(CONFIG)}`;

/** @param {string[][]} blocks */
const lessonOf = (blocks) => ({
  name: "mine", file: "mine.md", title: "Mine", language: "en", summary: "", order: 1, errors: [],
  chapters: blocks.map((lines, i) => ({
    session: lines.includes(ALL) ? CONFIG : null,
    title: `Chapter ${i + 1}`, line: 1, html: "", links: [{ address: "?panels=loss&step=1", line: 9 }],
    directives: lines.map((text, line) => {
      const [key, ...value] = text.split(": ");
      return { key, value: value.join(": "), line: line + 1 };
    }),
  })),
});

/** A page with this lesson, started. @param {{ blocks: string[][], choices?: object, found?: any[], commands?: any[], refuse?: object }} given */
async function guided({ blocks, choices = { lesson: "mine" }, found = [], commands = [], refuse = {} }) {
  const page = opened({ choices, refuse });
  const comparison = /** @type {any} */ ({ align() {}, tryWith() {}, second: page.store });
  const store = /** @type {any} */ (guarded({ ...page.store, comparison }));
  const api = /** @type {any} */ ({
    lesson: async (/** @type {string} */ name) => {
      if (name !== "mine") throw new ApiError(404, `there is no lesson ${name}`);
      return lessonOf(blocks);
    },
    lessons: async () => [{ name: "mine" }],
    sessions: async () => found,
    timeline: async () => ({ commands }),
  });
  const guide = createGuide({ store, api });
  await store.actions.start();
  return { ...page, store, guide };
}

/** The last command that the server was given. @param {{ commands: () => any[][] }} page */
const last = (page) => page.commands().at(-1);

test("an address that names no session gets the chapter's view", async () => {
  const page = await guided({ blocks: [["panels: loss"], ["panels: verification"]], choices: { lesson: "mine", chapter: "2" } });
  await page.guide.start();
  assert.equal(page.store.choices.value.panels, "verification");
});

test("an address that names one shows what it says, and the chapter's view is a click away", async () => {
  const page = await guided({ blocks: [["panels: loss"]], choices: { lesson: "mine", session: "s1", panels: "card" } });
  await page.guide.start();
  assert.equal(page.store.choices.value.panels, "card");
  assert.ok(page.guide.isAway.value);
  await page.guide.drive();
  assert.equal(page.store.choices.value.panels, "loss");
  assert.ok(!page.guide.isAway.value);
});

test("a link to a chapter as it is needs no way back to it", async () => {
  const choices = { lesson: "mine", session: "s1", panels: "loss" };
  const page = await guided({ blocks: [["panels: loss", "step: 2"]], choices });
  await page.guide.start();
  assert.ok(!page.guide.isAway.value);
  assert.deepEqual(page.called("seek"), []);
  const other = await guided({ blocks: [[ALL, "panels: loss", "step: 2"]], choices });
  await other.guide.start();
  assert.ok(other.guide.isAway.value, "another session is on show");
});

test("a session that fits and was not changed is taken, wherever it stands", async () => {
  const page = await guided({ blocks: [[ALL]], found: [session("other"), session("fits", { config: CONFIG })] });
  await page.guide.start();
  assert.equal(page.store.session.value?.id, "fits");
  assert.deepEqual(page.called("createSession"), []);
});

for (const [what, found, commands] of /** @type {[string, any[], any[]][]} */ ([
  ["there is none", [session("other")], []],
  ["it was changed on its way", [session("fits", { config: CONFIG })], [{ kind: "set_learning_rate" }]],
  ["it is a branch", [session("fits", { config: CONFIG, parent: { id: "s1", step: 0 } })], []],
])) {
  test(`a session is made where ${what}`, async () => {
    const page = await guided({ blocks: [[ALL]], found, commands });
    await page.guide.start();
    assert.deepEqual(page.called("createSession"), [[CONFIG]]);
    assert.equal(page.store.session.value?.id, "new");
  });
}

test("a chapter goes to its step and op", async () => {
  const page = await guided({ blocks: [["step: 1", "op: h"]] });
  await page.guide.start();
  assert.deepEqual(last(page), ["seek", "s1", 1, 1]);
});

test("a chapter trains as far as it needs, and then goes there", async () => {
  const page = await guided({ blocks: [["step: 100"]] });
  const [stream] = page.streams;
  stream.handlers.frame(frame({ position: { step: 2, op: 2, ops: 2 } }));
  const started = page.guide.start();
  await settled();
  assert.deepEqual(last(page), ["run", "s1", { until_step: 100 }]);
  assert.deepEqual(page.guide.doing.value, { text: "Training", until: 100 });
  stream.handlers.frame(frame({ position: { step: 40, op: 2, ops: 2 }, running: true }));
  await settled();
  assert.notEqual(page.guide.doing.value, null);
  stream.handlers.frame(frame({ position: { step: 100, op: 2, ops: 2 } }));
  await started;
  assert.deepEqual(last(page), ["seek", "s1", 100, 2]);
  assert.equal(page.guide.doing.value, null);
  assert.equal(page.guide.placed.value?.position?.step, 100);
});

test("training that is paused leaves the page where it stands, and the way open", async () => {
  const page = await guided({ blocks: [["step: 100"]] });
  const [stream] = page.streams;
  const started = page.guide.start();
  await settled();
  stream.handlers.frame(frame({ position: { step: 40, op: 2, ops: 2 }, running: true }));
  stream.handlers.frame(frame({ position: { step: 50, op: 2, ops: 2 }, running: false }));
  await started;
  assert.deepEqual(page.called("seek"), []);
  assert.equal(page.guide.doing.value, null);
  assert.ok(page.guide.isAway.value);
});

test("another chapter does not wait for the one before", async () => {
  const page = await guided({ blocks: [["step: 100"], ["panels: verification", "step: 1"]] });
  const started = page.guide.start();
  await settled();
  await page.guide.go(1);
  assert.equal(page.guide.placed.value?.plan.step, 1);
  page.streams[0].handlers.frame(frame({ position: { step: 100, op: 2, ops: 2 } }));
  await started;
  assert.equal(page.guide.placed.value?.plan.step, 1);
  assert.equal(page.store.choices.value.panels, "verification");
});

test("what the reader changes is away from the chapter's view", async () => {
  const page = await guided({ blocks: [["panels: loss"]] });
  await page.guide.start();
  assert.ok(!page.guide.isAway.value);
  page.store.actions.choose("theme", "dark");
  assert.ok(!page.guide.isAway.value, "the theme is the reader's own");
  page.store.actions.choose("tensor", "h");
  assert.ok(page.guide.isAway.value);
});

test("a link in the text shows its view and goes to its step, and nothing else changes", async () => {
  const page = await guided({ blocks: [["panels: card", "tensor: h"]] });
  await page.guide.start();
  await page.guide.follow("?panels=loss&step=1");
  assert.deepEqual([page.store.choices.value.panels, page.store.choices.value.tensor], ["loss", "h"]);
  assert.deepEqual(last(page), ["seek", "s1", 1, 2]);
});

test("an op that this session has not is said with its line", async () => {
  const page = await guided({ blocks: [["panels: loss", "op: dlogits_7"]] });
  await page.guide.start();
  assert.equal(page.guide.unfulfilled.value?.line, 2);
  assert.match(page.guide.unfulfilled.value?.text ?? "", /dlogits_7/);
  assert.equal(page.store.choices.value.panels, "loss");
});

test("a config that is refused is said with its line", async () => {
  const page = await guided({ blocks: [["step: 0", ALL]], refuse: { createSession: new ApiError(422, "model.colour: unknown") } });
  await page.guide.start();
  assert.deepEqual(page.guide.unfulfilled.value, { line: 2, text: "session: model.colour: unknown" });
});

test("a lesson on a page whose controls are locked shows, and moves nothing", async () => {
  const page = await guided({ blocks: [[ALL, "step: 1", "panels: loss"]], choices: { lesson: "mine", controls: "locked" } });
  await page.guide.start();
  assert.equal(page.store.choices.value.panels, "loss");
  assert.deepEqual([page.commands(), page.called("createSession"), page.store.notices.value], [[], [], []]);
});

test("a lesson that there is not is said, and the list is shown", async () => {
  const page = await guided({ blocks: [], choices: { lesson: "nothing" } });
  await page.guide.start();
  await settled();
  assert.equal(page.store.choices.value.lesson, "*");
  assert.deepEqual(page.guide.lessons.value.map(({ name }) => name), ["mine"]);
  assert.match(page.store.notices.value[0].text, /no lesson nothing/);
});

test("a chapter beyond the last is the last", async () => {
  const page = await guided({ blocks: [["panels: loss"], ["panels: card"]], choices: { lesson: "mine", chapter: "9" } });
  await page.guide.start();
  assert.equal(page.guide.index.value, 1);
});

test("a closed lesson leaves no trace in the address", async () => {
  const page = await guided({ blocks: [["panels: loss"], []] });
  await page.guide.start();
  await page.guide.go(1);
  page.guide.close();
  assert.deepEqual([page.store.choices.value.lesson, page.store.choices.value.chapter], ["", "1"]);
  assert.equal(page.guide.lesson.value, null);
});
