import assert from "node:assert/strict";
import { test } from "node:test";

import { DEFAULTS } from "../../../../frontend/lib/page/choices.js";
import {
  curveOf, evaluatedCurves, isDue, newest, perplexity, STATISTICS, stillTrue, wantedOf, withEvaluation,
} from "../../../../frontend/lib/learning/evaluations.js";

/** @import { Evaluation } from "../../../../frontend/lib/learning/evaluations.js" */

/** @param {number} step @param {object} [losses] @param {"calibrated" | "running"} [statistics] @returns {Evaluation} */
const at = (step, losses = { train: 2, validation: 2.1 }, statistics = "calibrated") => ({ step, statistics, losses });

/** @param {number} step @param {object} [changes] @returns {any} */
const frame = (step, changes = {}) => ({ last_step: step, position: { step, op: 2, ops: 2 }, loss: 2, metrics: {}, ...changes });

test("the training and the validation split are evaluated, and the test split on request", () => {
  assert.deepEqual(wantedOf(DEFAULTS), { splits: ["train", "validation"], statistics: "calibrated" });
  assert.deepEqual(wantedOf({ ...DEFAULTS, testsplit: "on", statistics: "running" }),
    { splits: ["train", "validation", "test"], statistics: "running" });
});

for (const [name, { says }] of Object.entries(STATISTICS)) {
  test(`it is said what ${name} statistics are`, () => assert.ok(says.length > 40));
}

test("evaluations stand in order of the steps, whenever they were made", () => {
  assert.deepEqual(withEvaluation([at(10), at(30)], at(20)).map(({ step }) => step), [10, 20, 30]);
});

test("a step that is evaluated again keeps the splits that were not asked for again", () => {
  const [{ losses }] = withEvaluation([at(10, { train: 2, validation: 2.1 })], at(10, { test: 2.2 }));
  assert.deepEqual(losses, { train: 2, validation: 2.1, test: 2.2 });
});

test("the same step with other statistics is another evaluation", () => {
  assert.equal(withEvaluation([at(10)], at(10, {}, "running")).length, 2);
});

test("an evaluation is due once in each stretch of so many steps", () => {
  assert.ok(isDue([], { step: 0, every: 1000, statistics: "calibrated" }));
  assert.ok(!isDue([at(1200)], { step: 1999, every: 1000, statistics: "calibrated" }));
  assert.ok(isDue([at(1200)], { step: 2000, every: 1000, statistics: "calibrated" }));
  assert.ok(isDue([at(1200)], { step: 1200, every: 1000, statistics: "running" }));
  assert.ok(isDue([at(1200)], { step: 999, every: 1000, statistics: "calibrated" }));
});

test("what was evaluated holds while the session goes on", () => {
  const known = [at(1), at(2)];
  assert.equal(stillTrue(known, frame(3, { metrics: { loss: { step: [2] } } }), frame(2)), known);
  assert.equal(stillTrue(known, frame(2), null), known);
});

test("what comes after a step where the rest was discarded does not hold", () => {
  assert.deepEqual(stillTrue([at(1), at(5), at(9)], frame(5), frame(9)).map(({ step }) => step), [1]);
});

test("where a parameter was set by hand the loss is another, and the evaluation does not hold", () => {
  assert.deepEqual(stillTrue([at(1), at(5)], frame(5, { loss: 3 }), frame(5)).map(({ step }) => step), [1]);
  assert.equal(stillTrue([at(5)], frame(5, { loss: null }), frame(5)).length, 1);
});

test("a split's curve has the steps where it was evaluated, with gaps where the loss was not finite", () => {
  const known = [at(1, { train: 3 }), at(2, { train: null, validation: 4 }), at(3, { train: 2 }, "running")];
  assert.deepEqual(curveOf(known, "train", "calibrated"), { x: [1, 2], y: [3, null] });
  assert.deepEqual(evaluatedCurves(known, "calibrated").map(({ name }) => name), ["training split", "validation split"]);
});

test("the newest evaluation is the last one up to where the session stands", () => {
  const known = [at(1), at(5), at(5, {}, "running"), at(9)];
  assert.equal(newest(known, "calibrated", 8)?.step, 5);
  assert.equal(newest(known, "running", 4), null);
});

test("guessing among 27 characters has the perplexity 27", () => {
  assert.ok(Math.abs((perplexity(Math.log(27)) ?? 0) - 27) < 1e-12);
  assert.equal(perplexity(null), null);
});
