import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS, readChoices, writeChoices } from "../../frontend/lib/choices.js";

test("an address without choices means the defaults, and the defaults need no address", () => {
  assert.deepEqual(readChoices(""), DEFAULTS);
  assert.equal(writeChoices(DEFAULTS), "");
});

for (const name of /** @type {(keyof typeof DEFAULTS)[]} */ (Object.keys(DEFAULTS))) {
  test(`the address keeps the choice of ${name}`, () => {
    const choices = { ...DEFAULTS, [name]: "dW1.hprebn & more" };
    assert.deepEqual(readChoices(writeChoices(choices)), choices);
  });
}

test("what the address says of other things is left aside", () => {
  assert.deepEqual(readChoices("?unknown=1"), DEFAULTS);
});
