import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { choicesOf, errorsOf, holds, KEPT, linked, opOf, planOf } from "../../../../frontend/lib/guide/lesson.js";
import { CHOICES, DEFAULTS } from "../../../../frontend/lib/page/choices.js";
import { PANELS } from "../../../../frontend/lib/page/panels.js";

/** A lesson whose chapters have these page blocks, each line at its number from 10 on; and links, at line 99. */
function lesson(/** @type {string[][]} */ blocks, /** @type {string[]} */ links = []) {
  return /** @type {any} */ ({
    name: "mine", file: "mine.md", title: "Mine", errors: [],
    chapters: blocks.map((lines, chapter) => ({
      title: `Chapter ${chapter + 1}`, html: "", line: 1,
      directives: lines.map((text, i) => {
        const [key, ...value] = text.split(": ");
        return { key, value: value.join(": "), line: 10 + i };
      }),
      links: links.map((address) => ({ address, line: 99 })),
      session: JSON.parse(/^session: (\{.*)$/m.exec(lines.join("\n"))?.[1] ?? "null"),
    })),
  });
}

const planned = (/** @type {string[]} */ ...lines) => planOf(lesson([lines]), 0);

test("a page block says where to go and what to show", () => {
  const plan = planned('session: {"model": {"hidden_sizes": [8]}}', "step: 2000", "op: dlogits", "panels: forces, card", "highlight: forces");
  assert.deepEqual(plan.session, { config: { model: { hidden_sizes: [8] } }, line: 10 });
  assert.equal(plan.step, 2000);
  assert.deepEqual(plan.op, { at: "dlogits", line: 12 });
  assert.deepEqual(plan.choices, { panels: "forces,card" });
  assert.deepEqual(plan.highlight, ["forces"]);
  assert.deepEqual(plan.errors, []);
});

test("a chapter that names no session stays in that of the chapters before it", () => {
  const chapters = lesson([['session: {"name": "a"}'], ["step: 1"], ["session: current"], ["step: 2"]]);
  const names = chapters.chapters.map((/** @type {any} */ _, /** @type {number} */ i) => planOf(chapters, i).session?.config.name ?? null);
  assert.deepEqual(names, ["a", "a", null, null]);
});

test("a tensor that is named stays on the card, unless the block says otherwise", () => {
  assert.equal(planned("tensor: h").choices.follow, "off");
  assert.equal(planned("tensor: h", "follow: on").choices.follow, "on");
});

/** @type {[string, RegExp][]} */
const WRONG = [
  ["colour: red", /cannot set “colour”; it can set session, step, op, highlight, panels/],
  ["constructor: x", /cannot set “constructor”/],
  ["toString: x", /cannot set “toString”/],
  ["panels: forces,forcez", /there is no panel “forcez”; there are forces, /],
  ["step: -1", /step is .*not “-1”/],
  ["step: soon", /not “soon”/],
  ["op: the loss", /op is .*not “the loss”/],
  ["highlight: moon", /there is no place “moon”; there are header, transport, /],
  ["flow: sometimes", /flow cannot be “sometimes”: it is on, /],
  ...KEPT.filter((name) => name !== "session").map((name) => /** @type {[string, RegExp]} */ ([`${name}: 1`, /cannot set/])),
  ...Object.entries(CHOICES).filter(([name, { allowed, accepts }]) =>
    (allowed || accepts?.("no, never") === false) && !KEPT.some((kept) => kept === name))
    .map(([name]) => /** @type {[string, RegExp]} */ ([`${name}: no, never`, new RegExp(`^${name} cannot be|^there is no panel`)])),
];

for (const [line, expected] of WRONG) {
  test(`what is wrong with “${line}” is said with its line`, () => {
    const [error, ...others] = planned("step: 1", line).errors;
    assert.equal(error.line, 11);
    assert.match(error.text, expected);
    assert.deepEqual(others, []);
  });
}

test("what is wrong in one line keeps the others from nothing", () => {
  const plan = planned("panels: nothing", "step: 7");
  assert.equal(plan.step, 7);
  assert.deepEqual(plan.choices, {});
});

test("all errors of a lesson come in order of lines, the server's among them", () => {
  const broken = { ...lesson([["step: 1", "panels: x"], ["op: ?"]], ["?panels=y"]), errors: [{ line: 11, text: "server" }] };
  assert.deepEqual(errorsOf(broken).map(({ line }) => line), [10, 11, 11, 99, 99]);
});

test("a link chooses, goes to a step, and leaves the session alone", () => {
  const plan = linked({ address: "?session=s1&panels=card&tensor=h&step=3", line: 5 });
  assert.deepEqual([plan.choices, plan.step, plan.session], [{ panels: "card", tensor: "h", follow: "off" }, 3, null]);
  assert.match(linked({ address: "?panels=cards", line: 5 }).errors[0].text, /“cards”/);
});

test("a chapter shows what its block says, else what a new page shows; the reader's own stays", () => {
  const now = { ...DEFAULTS, session: "s1", theme: "dark", tensor: "W1", panels: "card", compare: "s2", lesson: "mine", chapter: "2" };
  const shown = choicesOf(now, planned("panels: loss"));
  assert.deepEqual(shown, { ...DEFAULTS, session: "s1", theme: "dark", lesson: "mine", chapter: "2", panels: "loss" });
});

const NETWORK = /** @type {any} */ ({
  ops: 4, calls: [{ output: "h", known_at: 1 }],
  gradients: [{ name: "dh", known_at: 3, contributions: [{ name: "dh.logits", known_at: 2 }] }],
});
/** @type {[string, number | null][]} */
const OPS = [["0", 0], ["4", 4], ["5", null], ["h", 1], ["dh", 3], ["dh.logits", 2], ["hprebn", null]];

for (const [at, op] of OPS) {
  test(`“${at}” means ${op === null ? "no op" : `op ${op}`} of this network`, () => assert.equal(opOf(at, NETWORK), op));
}

test("a session fits where all that is asked for is so, whatever else it has", () => {
  const config = { name: "a", model: { hidden_sizes: [8, 8], batch_norm: "none" }, init: { output_scale: null } };
  assert.ok(holds({ name: "a", model: { hidden_sizes: [8, 8] } }, config));
  assert.ok(holds({ init: { output_scale: null } }, config));
  assert.ok(holds({}, config));
  for (const other of [{ name: "b" }, { model: { hidden_sizes: [8] } }, { model: { hidden_sizes: [8, 9] } }, { data: {} }, { init: null }]) {
    assert.ok(!holds(other, config), JSON.stringify(other));
  }
});

const FOLDER = new URL("../../../../frontend/lessons/", import.meta.url);

for (const file of readdirSync(FOLDER).filter((name) => name.endsWith(".md"))) {
  const text = readFileSync(new URL(file, FOLDER), "utf8");
  const blocks = [...text.matchAll(/^```page\n(.*?)^```/gms)].map(([, block]) => block.trim().split("\n"));
  const links = [...text.matchAll(/\]\((\?[^)]*)\)/g)].map(([, address]) => address);

  test(`what ${file} asks of the page can be shown`, () => {
    assert.ok(blocks.length > 0);
    assert.deepEqual(errorsOf(lesson(blocks, links)), []);
  });

  test(`${file} opens panels that differ from chapter to chapter`, () => {
    const opened = new Set(blocks.map((block) => block.find((line) => line.startsWith("panels: "))));
    assert.ok(!opened.has(undefined));
    assert.ok(opened.size > 1 && opened.size <= PANELS.length + 1);
  });
}

test("what the documentation's lesson asks of the page can be shown", () => {
  const documentation = readFileSync(new URL("../../../../docs/lessons.md", import.meta.url), "utf8");
  const [, text] = /^````markdown\n(.*?)^````/ms.exec(documentation) ?? [];
  const blocks = [...text.matchAll(/^```page\n(.*?)^```/gms)].map(([, block]) => block.trim().split("\n"));
  const links = [...text.matchAll(/\]\((\?[^)]*)\)/g)].map(([, address]) => address);
  assert.deepEqual([blocks.length, links.length], [1, 1]);
  assert.deepEqual(errorsOf(lesson(blocks, links)), []);
});
