import assert from "node:assert/strict";
import test from "node:test";

import { extent, largestMagnitude, niceCeiling, stickyRange, symmetricLimit } from "../../frontend/lib/ranges.js";

const ceilings = [
  [0.3, 0.5],
  [0.5, 0.5],
  [0.51, 1],
  [1, 1],
  [1.01, 2],
  [7, 10],
  [0.00013, 0.0002],
  [3e-30, 5e-30],
  [123456, 200000],
  [0, 1],
  [NaN, 1],
  [Infinity, 1],
];
for (const [magnitude, limit] of ceilings) {
  test(`the nice ceiling of ${magnitude} is ${limit}`, () => assert.equal(niceCeiling(magnitude), limit));
}

const limits = [
  { previous: null, magnitude: 0.3, limit: 0.5, why: "starts at the nice ceiling" },
  { previous: 0.5, magnitude: 0.6, limit: 1, why: "grows at once" },
  { previous: 1, magnitude: 0.6, limit: 1, why: "stays" },
  { previous: 1, magnitude: 0.3, limit: 1, why: "does not shrink by one size" },
  { previous: 1, magnitude: 0.1, limit: 0.2, why: "shrinks, with room, when the data has become much smaller" },
  { previous: 1, magnitude: 0, limit: 1, why: "stays when all is zero" },
];
for (const { previous, magnitude, limit, why } of limits) {
  test(`a limit of ${previous} for a magnitude of ${magnitude} ${why}`, () =>
    assert.equal(symmetricLimit(previous, magnitude), limit));
}

test("a magnitude that trembles around a size does not move the limit", () => {
  let limit = symmetricLimit(null, 0.5);
  const seen = new Set();
  for (let i = 0; i < 100; i++) seen.add((limit = symmetricLimit(limit, 0.5 + 0.1 * Math.sin(i))));
  assert.deepEqual([...seen].sort(), [0.5, 1]);
  assert.equal(limit, 1);
});

test("what is not finite has no say in magnitude and extent", () => {
  assert.equal(largestMagnitude([1, -3, NaN, -Infinity, null]), 3);
  assert.equal(largestMagnitude([]), 0);
  assert.deepEqual(extent([1, null, NaN], [Infinity, -2]), [-2, 1]);
  assert.equal(extent([NaN], []), null);
});

test("a first range holds the data with padding on both sides", () => {
  const [low, high] = stickyRange(null, [2, 4]);
  assert.ok(low < 2 && low > 1 && high > 4 && high < 5);
});

test("a range stays while the data fits and takes more than about a third of it", () => {
  const range = stickyRange(null, [0, 10]);
  assert.equal(stickyRange(range, [1, 9.5]), range);
  assert.notEqual(stickyRange(range, [1, 12]), range);
  assert.notEqual(stickyRange(range, [4, 6]), range);
});

test("a fixed lower end stays where it is", () => assert.equal(stickyRange(null, [50, 100], { from: 0 })[0], 0));

test("steps that count up change the range only now and then", () => {
  let range = null;
  let changes = 0;
  for (let step = 1; step <= 10000; step++) {
    const next = stickyRange(range, [0, step], { from: 0 });
    assert.ok(next[1] >= step);
    if (next !== range) changes++;
    range = next;
  }
  assert.ok(changes < 45, `${changes} changes`);
});

test("a logarithmic range pads by a factor and stays positive", () => {
  const [low, high] = stickyRange(null, [1e-6, 1e-2], { log: true });
  assert.ok(low > 0 && low < 1e-6 && high > 1e-2 && high < 1);
});

for (const options of [{}, { log: true }, { from: 0 }]) {
  test(`without data there is a range to draw, and the previous one is kept (${JSON.stringify(options)})`, () => {
    const [low, high] = stickyRange(null, null, options);
    assert.ok(low < high && (!options.log || low > 0));
    assert.deepEqual(stickyRange([3, 4], null, options), [3, 4]);
  });
  test(`one single value gets a range of some width (${JSON.stringify(options)})`, () => {
    const [low, high] = stickyRange(null, [5, 5], options);
    assert.ok(low <= 5 && high > 5 && low < high);
  });
}
