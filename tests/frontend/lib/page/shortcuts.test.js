import assert from "node:assert/strict";
import { test } from "node:test";

import { COMMANDS } from "../../../../frontend/lib/page/commands.js";
import { hint, pressed, shortcutFor, SHORTCUTS } from "../../../../frontend/lib/page/shortcuts.js";

for (const { keys, shift, action, written } of SHORTCUTS) {
  test(`${written} is the shortcut of ${action}, and of nothing else`, () => {
    for (const key of keys) assert.equal(shortcutFor({ key, shiftKey: shift ?? false })?.action, action);
    assert.equal(hint(action), ` [${written}]`);
  });

  test(`${written} does something that there is`, () => {
    assert.ok(action in COMMANDS || ["toggle", "help", "copy-as"].includes(action));
  });
}

test("a key that is no shortcut means nothing", () => {
  assert.equal(shortcutFor({ key: "q", shiftKey: false }), null);
  assert.equal(hint("run"), "");
});

/** An element that is within those which these selectors name. */
class Target {
  /** @param {string} within */
  constructor(within) {
    this.within = within;
  }

  /** @param {string} selectors */
  closest(selectors) {
    return selectors.split(", ").includes(this.within) ? this : null;
  }
}
Object.assign(globalThis, { Element: Target });

/** What a key does while something has the focus. @param {string} key @param {string} focused */
const does = (key, focused) => pressed(/** @type {any} */ ({ key, target: new Target(focused) }))?.action ?? null;

for (const key of [" ", "Enter", "s", "v"]) {
  test(`on the slider ${JSON.stringify(key)} does what it does on the page`, () => {
    assert.ok(does(key, "body"));
    assert.equal(does(key, "input[type=range]"), does(key, "body"));
  });
}

test("arrows move the slider that has the focus", () => {
  for (const key of ["ArrowLeft", "ArrowRight"]) {
    assert.equal(does(key, "input[type=range]"), null);
    assert.equal(does(key, "[role=slider]"), null);
  }
});

test("keys belong to a field, a list, and a button where it takes them", () => {
  assert.equal(does("s", "select"), null);
  assert.equal(does("s", "textarea"), null);
  assert.equal(does(" ", "button"), null);
  assert.equal(does("?", "button"), "help");
});

test("held down, keys step on and on through ops, steps and examples, and do all else only once", () => {
  const often = SHORTCUTS.filter((shortcut) => !shortcut.once).map(({ action }) => action);
  assert.ok(often.includes("op-forward") && often.includes("step-back"));
  for (const action of often) assert.match(action, /^(op|pass|step|example)/);
});

for (const [name, { text, says }] of Object.entries(COMMANDS)) {
  test(`the button of ${name} has a text and a sentence`, () => {
    assert.ok(text);
    assert.match(says, /^[A-Z].{8,}/);
  });
}
