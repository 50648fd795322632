import assert from "node:assert/strict";
import { test } from "node:test";

import { canBe, CHOICES, DEFAULTS, readChoices, SPEEDS, writeChoices } from "../../../../frontend/lib/page/choices.js";

test("an address without choices means the defaults, and the defaults need no address", () => {
  assert.deepEqual(readChoices(""), DEFAULTS);
  assert.equal(writeChoices(DEFAULTS), "");
});

for (const [name, { initial, allowed, accepts, says }] of Object.entries(CHOICES)) {
  const some = allowed ?? (accepts ? [initial] : ["dW1.hprebn & more"]);
  for (const value of some) {
    test(`the address keeps ${value} as the choice of ${name}`, () => {
      const choices = { ...DEFAULTS, [name]: value };
      assert.deepEqual(readChoices(writeChoices(choices)), choices);
    });
  }

  test(`it is said what ${name} chooses`, () => assert.ok(says.length > 10));

  if (allowed || accepts) {
    test(`an address that asks for a ${name} that there is not gets the default`, () => {
      assert.ok((allowed?.includes(initial) || accepts?.(initial)));
      assert.deepEqual(readChoices(`?${name}=[foo`), DEFAULTS);
      assert.deepEqual(readChoices(`?${name}=`), DEFAULTS);
    });
  }
}

test("every speed but max is a number of steps", () => {
  assert.ok(SPEEDS.every((speed) => speed === "max" || Number(speed) > 0));
});

test("what the address says of other things is left aside", () => {
  assert.deepEqual(readChoices("?unknown=1"), DEFAULTS);
});

test("what every object has is no choice", () => {
  for (const name of ["constructor", "toString", "__proto__"]) assert.ok(!canBe(name, "card"), name);
});
