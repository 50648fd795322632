import assert from "node:assert/strict";
import { test } from "node:test";

import { brief, fixed } from "../../frontend/lib/format.js";

for (const [value, text] of /** @type {[number, string][]} */ ([
  [0.1, "0.1"], [0.000123456789, "0.0001235"], [1e-12, "1e-12"], [12.3456, "12.35"], [1000, "1000"],
])) {
  test(`${value} in brief is ${text}`, () => assert.equal(brief(value), text));
}

test("a slot of fixed places has room for a loss of any size", () => {
  assert.equal(fixed(2.65412), "2.6541");
  assert.equal(fixed(-12.5, 1), "−12.5");
  assert.ok([1e4, 123456.789, 1e30].every((value) => fixed(value).length <= 9));
});
