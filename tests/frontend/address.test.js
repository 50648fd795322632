import assert from "node:assert/strict";
import { test } from "node:test";

import { choicesAt } from "../../frontend/address.js";
import { CHOICES, DEFAULTS } from "../../frontend/lib/page/choices.js";
import { COMPARED_MOVES, guarded, LOCKED, MOVES } from "../../frontend/lib/page/controls.js";
import { embeddable, embedded, SUBJECTS, unknownEmbed, withEmbedded } from "../../frontend/lib/page/embed.js";
import { searchOf } from "../../frontend/lib/page/link.js";
import { PANELS } from "../../frontend/lib/page/panels.js";
import { signal } from "../../frontend/lib/signals.js";
import { opened, session, settled } from "./opened.js";

/** What is on show. @param {Partial<typeof DEFAULTS>} choices @param {object} [more] @returns {any} */
const shown = (choices, more = {}) => ({
  choices: signal({ ...DEFAULTS, ...choices }), session: signal({ id: "s1" }), running: signal(false),
  position: signal({ step: 2000, op: 31, ops: 50 }), ...more,
});

const visit = { fresh: true, theme: "auto" };

/** A value of its own, that is not the default. @param {string} name */
function other(name) {
  const { initial, allowed, accepts, says } = CHOICES[/** @type {keyof typeof CHOICES} */ (name)];
  if (allowed) return allowed.find((value) => value !== initial) ?? "";
  const [, example = ""] = /such as ([^; ]+\b\]?)/.exec(says) ?? [];
  const some = [example, "7", "0.05", "card,loss", "dlogits[3,12]", "2000:31", "dh.logits & more"];
  return some.find((value) => value !== "" && value !== initial && (accepts?.(value) ?? true)) ?? "";
}

for (const name of Object.keys(CHOICES)) {
  if (name === "embed") continue;
  test(`a link keeps ${name}`, () => {
    const value = name === "at" ? "2000:31" : other(name);
    assert.notEqual(value, "");
    assert.equal(choicesAt(searchOf(shown({ [name]: value })), visit)[/** @type {keyof typeof DEFAULTS} */ (name)], value);
  });
}

test("the address tells where a session rests, and nothing of where it runs", () => {
  assert.match(searchOf(shown({})), /at=2000%3A31/);
  assert.doesNotMatch(searchOf(shown({}, { running: signal(true) })), /at=/);
  assert.doesNotMatch(searchOf(shown({}, { session: signal(null) })), /at=/);
});

test("where a link was made counts for whoever opens it, and not on a reload", () => {
  assert.equal(choicesAt("?at=3:4", visit).at, "3:4");
  assert.equal(choicesAt("?at=3:4", { ...visit, fresh: false }).at, "");
});

test("a link's theme goes before this browser's, which goes before the default", () => {
  assert.equal(choicesAt("?theme=light", { ...visit, theme: "dark" }).theme, "light");
  assert.equal(choicesAt("", { ...visit, theme: "dark" }).theme, "dark");
});

for (const name of embeddable()) {
  test(`${name} can be embedded alone, and its address says no more than that`, () => {
    const choices = withEmbedded({ ...DEFAULTS, embed: name });
    if (name !== "flow") assert.equal(choices.panels, name);
    assert.equal(searchOf(shown(choices, { running: signal(true) })), `?embed=${name}`);
  });
}

for (const name of Object.keys(SUBJECTS)) {
  const subject = name === "example" ? "7" : "something";
  test(`${name} is a panel that can be told what to show`, () => {
    assert.ok(PANELS.some((panel) => panel.name === name));
    const choices = embedded(`${name}:${subject}`)?.choices ?? {};
    assert.ok(Object.values(choices).includes(subject));
    for (const choice of Object.keys(choices)) assert.ok(choice in CHOICES);
  });
}

test("an embedded card shows a tensor, that of a gradient, or one of its contributions", () => {
  const card = (/** @type {string} */ name) => embedded(`card:${name}`)?.choices;
  const alone = { panels: "card", follow: "off", contribution: "" };
  assert.deepEqual(card("hpreact"), { ...alone, tensor: "hpreact" });
  assert.deepEqual(card("dlogits"), { ...alone, tensor: "logits" });
  assert.deepEqual(card("dlogits.norm_logits"), { ...alone, tensor: "logits", contribution: "dlogits.norm_logits" });
});

for (const embed of ["nothing", "forces:3", "", "Card", "example:something"]) {
  test(`“${embed}” embeds nothing, and it is said what there is`, () => {
    assert.equal(embedded(embed), null);
    for (const name of embeddable()) assert.ok(unknownEmbed(embed).includes(name));
    assert.equal(withEmbedded({ ...DEFAULTS, embed }).panels, DEFAULTS.panels);
  });
}

/** A store with a comparison whose moves are noted. @param {any} store */
function compared(store) {
  /** @type {string[]} */
  const moved = [];
  const move = (/** @type {string} */ name) => () => moved.push(name);
  const second = { actions: Object.fromEntries(MOVES.map((name) => [name, move(`second ${name}`)])) };
  return { moved, store: { ...store, comparison: { align: move("align"), tryWith: move("tryWith"), second } } };
}

for (const controls of ["locked", "hidden"]) {
  test(`with controls ${controls}, nothing that moves a session does, and it is said why`, async () => {
    const { store, commands, calls } = opened({ choices: { controls } });
    await store.actions.start();
    const before = calls.length;
    const { moved, store: both } = compared(store);
    const page = /** @type {any} */ (guarded(both));
    for (const name of MOVES) page.actions[name]("x", 1);
    for (const name of MOVES) page.comparison.second.actions[name]("x", 1);
    for (const name of COMPARED_MOVES) page.comparison[name]();
    assert.deepEqual(commands(), []);
    assert.deepEqual(moved, []);
    assert.equal(calls.length, before);
    assert.deepEqual(store.notices.value.map(({ text }) => text), [LOCKED]);
  });
}

test("with all controls, what moves a session does", async () => {
  const { store, commands } = opened();
  await store.actions.start();
  const { moved, store: both } = compared(store);
  const page = /** @type {any} */ (guarded(both));
  page.actions.advance("op", 1);
  page.comparison.align();
  await settled();
  assert.equal(commands().length, 1);
  assert.deepEqual(moved, ["align"]);
});

test("everything that is guarded is an action that there is", () => {
  const { store } = opened();
  for (const name of MOVES) assert.equal(typeof store.actions[name], "function");
});

/** Where a page goes that is opened with these choices. @param {object} choices @param {object} [stands] */
async function goneTo(choices, stands = {}) {
  const { store, called } = opened({
    choices, refuse: { session: (/** @type {string} */ id) => session(id, { last_step: 9, position: { step: 9, op: 2, ops: 2 }, ...stands }) },
  });
  await store.actions.start();
  await settled();
  return called("seek");
}

test("a link goes where its session stood", async () => {
  assert.deepEqual(await goneTo({ at: "4:1" }), [["s1", 4, 1]]);
  assert.deepEqual(await goneTo({ at: "4:1", session: "s1" }), [["s1", 4, 1]]);
});

test("a link goes nowhere where its session stands there, runs, has not come so far, or is not there", async () => {
  assert.deepEqual(await goneTo({ at: "9:2" }), []);
  assert.deepEqual(await goneTo({ at: "4:1" }, { running: true }), []);
  assert.deepEqual(await goneTo({ at: "10:1" }), []);
  assert.deepEqual(await goneTo({ at: "4:1", session: "gone" }), []);
  assert.deepEqual(await goneTo({ at: "" }), []);
});

test("a link with locked controls moves no session, wherever it was made", async () => {
  assert.deepEqual(await goneTo({ at: "4:1", controls: "locked" }), []);
  assert.deepEqual(await goneTo({ at: "4:1", controls: "hidden" }), []);
});
