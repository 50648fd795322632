/** @import { PlotArea, ScatterTrace } from "../../frontend/types/plotly" */

import assert from "node:assert/strict";
import { test } from "node:test";

import { paintScatter } from "../../frontend/components/live-plot/scatter.js";

/** 100 × 100 pixels for values from 0 to 100. @type {PlotArea} */
const AREA = {
  ...{ left: 0, top: 0, width: 100, height: 100 },
  x: { range: [0, 100], log: false },
  y: { range: [0, 100], log: false },
};
const POINTS = { x: [10, 50], y: [90, 50] };
const marker = { color: "#0072b2", size: 10, line: { width: 2 } };

/** The calls of a canvas that a trace is painted by. @param {Partial<ScatterTrace>} trace */
function calls(trace) {
  /** @type {unknown[][]} */
  const made = [];
  const context = /** @type {any} */ (new Proxy({}, {
    get: (_, name) => (/** @type {unknown[]} */ ...values) => made.push([name, ...values]),
    set: () => true,
  }));
  paintScatter(context, { type: "scatter", mode: "markers", ...POINTS, ...trace }, AREA);
  return made;
}

/** @param {unknown[][]} made @param {string} name */
const called = (made, name) => made.filter(([each]) => each === name).map(([, ...values]) => values);

test("a line with markers is painted as both", () => {
  const made = calls({ mode: "lines+markers", line: { color: "#0072b2", width: 1.5 }, marker });
  assert.deepEqual(called(made, "lineTo"), [[50, 50]]);
  assert.deepEqual(called(made, "arc").map(([x, y]) => [x, y]), [[10, 10], [50, 50]]);
});

test("marks of different sizes are each as wide as theirs", () => {
  assert.deepEqual(called(calls({ marker: { ...marker, size: [4, 30] } }), "arc").map(([x, , radius]) => [x, radius]), [[10, 2], [50, 15]]);
});

test("one single point of a line is painted too", () => {
  const one = { mode: /** @type {const} */ ("lines+markers"), x: [10, 20], y: [90, null] };
  assert.equal(called(calls({ ...one, line: { width: 1 }, marker }), "arc").length, 1);
});

test("dashes are stroked beside each other, and no line joins them", () => {
  const made = calls({ marker: { ...marker, symbol: "line-ew-open" } });
  assert.deepEqual(called(made, "moveTo"), [[3, 10], [43, 50]]);
  assert.deepEqual(called(made, "lineTo"), [[17, 10], [57, 50]]);
  assert.deepEqual([called(made, "stroke").length, called(made, "fill").length], [1, 0]);
});

