import assert from "node:assert/strict";
import { test } from "node:test";

import { FLOW_KEYS, flowKey } from "../../../../frontend/lib/flow/keys.js";
import { shortcutFor } from "../../../../frontend/lib/page/shortcuts.js";

for (const entry of FLOW_KEYS) {
  test(`${entry.written} is for one thing, and it is said for what`, () => {
    for (const key of entry.keys) assert.equal(flowKey({ key, shiftKey: entry.shift ?? false }), entry);
    assert.ok(entry.says);
  });
}

test("what is for nothing here means what it does on the page", () => {
  for (const key of ["s", "v", "?", "1"]) {
    assert.equal(flowKey({ key, shiftKey: false }), null);
    assert.ok(shortcutFor({ key, shiftKey: false }));
  }
  assert.equal(flowKey({ key: "ArrowRight", shiftKey: true }), null);
});
