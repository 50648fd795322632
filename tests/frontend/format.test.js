import assert from "node:assert/strict";
import { test } from "node:test";

import { brief, fixed, number, pace } from "../../frontend/lib/format.js";

for (const [value, text] of /** @type {[number, string][]} */ ([
  [0.1, "0.1"], [0.000123456789, "0.0001235"], [1e-12, "1e-12"], [12.3456, "12.35"], [1000, "1000"],
])) {
  test(`${value} in brief is ${text}`, () => assert.equal(brief(value), text));
}

for (const [rate, text] of /** @type {[number, string][]} */ ([
  [0.52, "0.5"], [29.96, "30.0"], [412.4, "412"], [8342, "8,340"], [38_249, "38,000"], [1_234_567, "1,200,000"],
])) {
  test(`a pace of ${rate} steps a second reads ${text}`, () => assert.equal(pace(rate), text));
}

test("a number has as many figures as are asked for", () => {
  assert.deepEqual([number(1.19e-8), number(1.19e-8, 2), number(12.345), number(12.345, 2)],
    ["1.19e−8", "1.2e−8", "12.35", "12"]);
});

test("zero is told from what rounds to it", () => {
  assert.deepEqual([0, -0, 1e-30, -0.00001].map((value) => number(value)), ["0", "0", "1.00e−30", "−1.00e−5"]);
});

test("a slot of fixed places has room for a loss of any size", () => {
  assert.equal(fixed(2.65412), "2.6541");
  assert.equal(fixed(-12.5, 1), "−12.5");
  assert.ok([1e4, 123456.789, 1e30].every((value) => fixed(value).length <= 9));
});
