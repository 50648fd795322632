import assert from "node:assert/strict";
import { test } from "node:test";

import { hiddenName, isHidden, LARGEST_SEED, scoreText, seedOf, verdict } from "../../frontend/lib/laboratory/hunt.js";

test("a hidden trap is known by its name", () => {
  assert.ok(isHidden(hiddenName(2, 17)));
  assert.equal(hiddenName(2, 17), "hidden-2-17");
  assert.ok(!isHidden("bndiff_without_square"));
});

test("an empty field gives a seed at random, up to the largest", () => {
  assert.equal(seedOf("", () => 0), 0);
  assert.equal(seedOf("  ", () => 1 - Number.EPSILON), LARGEST_SEED);
});

test("a seed is a whole number of up to nine digits", () => {
  assert.deepEqual(["0", " 42 ", "999999999"].map((text) => seedOf(text)), [0, 42, 999_999_999]);
  assert.deepEqual(["-1", "1.5", "1000000000", "seven", "∞"].map((text) => seedOf(text)), [null, null, null, null, null]);
});

/** @param {boolean} op @param {boolean} mistake @param {number} points */
const result = (op, mistake, points) => ({ op: "h", mistake: "lost", op_is_right: op, mistake_is_right: mistake, points });

test("a verdict says which half of an answer is right, and what it is worth", () => {
  assert.equal(verdict(result(true, true, 4)), "Found: the op and the mistake are right. 4 points of 4.");
  assert.equal(verdict(result(true, false, 1)), "Half found: the op is right, the mistake is another. 1 point of 4.");
  assert.equal(verdict(result(false, true, 1)), "Half found: the mistake is right, the op is another. 1 point of 4.");
  assert.equal(verdict(result(false, false, 0)), "Not found: it is another op, and another mistake. 0 points of 4.");
});

test("the score is told of all hunts of the session", () => {
  assert.equal(scoreText({ points: 0, most: 0, found: 0, answered: 0 }), "No bug was answered yet in this session.");
  assert.equal(scoreText({ points: 3, most: 4, found: 1, answered: 1 }), "Score of this session: 3 of 4 points, 1 of 1 bug found.");
  assert.equal(scoreText({ points: 4, most: 8, found: 1, answered: 2 }), "Score of this session: 4 of 8 points, 1 of 2 bugs found.");
});
