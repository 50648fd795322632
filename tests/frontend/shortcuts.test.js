import assert from "node:assert/strict";
import { test } from "node:test";

import { COMMANDS } from "../../frontend/lib/commands.js";
import { hint, shortcutFor, SHORTCUTS } from "../../frontend/lib/shortcuts.js";

for (const { keys, shift, action, written } of SHORTCUTS) {
  test(`${written} is the shortcut of ${action}, and of nothing else`, () => {
    for (const key of keys) assert.equal(shortcutFor({ key, shiftKey: shift ?? false })?.action, action);
    assert.equal(hint(action), ` [${written}]`);
  });

  test(`${written} does something that there is`, () => {
    assert.ok(action in COMMANDS || ["toggle", "help"].includes(action));
  });
}

test("a key that is no shortcut means nothing", () => {
  assert.equal(shortcutFor({ key: "q", shiftKey: false }), null);
  assert.equal(hint("run"), "");
});

for (const [name, { text, says }] of Object.entries(COMMANDS)) {
  test(`the button of ${name} has a text and a sentence`, () => {
    assert.ok(text);
    assert.match(says, /^[A-Z].{8,}/);
  });
}
