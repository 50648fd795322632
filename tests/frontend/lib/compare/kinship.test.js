import assert from "node:assert/strict";
import { test } from "node:test";

import { kinOf, partingStep } from "../../../../frontend/lib/compare/kinship.js";

const member = (/** @type {string} */ id, parent = "", step = 0) => ({ id, parent: parent ? { id: parent, step } : null });
const root = member("root");
const early = member("early", "root", 10);
const late = member("late", "root", 50);
const ofLate = member("of late", "late", 80);
const ofLatePast = member("of late's past", "late", 30);
const stranger = member("stranger");
const all = [root, early, late, ofLate, ofLatePast, stranger];

for (const [a, b, step] of /** @type {const} */ ([
  [root, early, 10], [late, root, 50], [early, late, 10], [ofLate, late, 80], [ofLate, root, 50], [ofLatePast, root, 30],
  [ofLate, ofLatePast, 30], [ofLate, early, 10],
])) {
  test(`${a.id} and ${b.id} part at step ${step}`, () => {
    assert.equal(partingStep(a, b, all), step);
    assert.equal(partingStep(b, a, all), step);
  });
}

test("sessions that come from nowhere in common do not part", () => {
  assert.equal(partingStep(root, stranger, all), null);
  assert.equal(partingStep(ofLate, stranger, all), null);
});

test("a session that has been deleted still is what others came from", () => {
  assert.equal(partingStep(early, late, [early, late]), 10);
});

test("those with a common past come apart from the others", () => {
  const { family, others } = kinOf(late, all);
  assert.deepEqual(family, [root, early, ofLate, ofLatePast]);
  assert.deepEqual(others, [stranger]);
});
