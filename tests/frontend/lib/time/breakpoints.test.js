import assert from "node:assert/strict";
import { test } from "node:test";

import {
  boundOf, breakpoint, described, groups, metricOf, parsed, takesBound, written,
} from "../../../../frontend/lib/time/breakpoints.js";

const gradient = (/** @type {string} */ tensor) => ({ name: `d${tensor}`, tensor });

const NETWORK = /** @type {import("../../../../frontend/types/wire").Network} */ (/** @type {unknown} */ ({
  calls: [{ output: "hpreact" }, { output: "h" }],
  gradients: ["h", "hpreact", "b1", "W1"].map(gradient),
  activations: [{ layer: 1, input: "hpreact", output: "h" }],
}));

test("a run can stop at what is measured of the network, its layers and its parameters, in the server's names", () => {
  const names = groups(NETWORK).map(({ metrics }) => metrics.map(({ name }) => name));
  assert.deepEqual(names, [
    ["loss", "gradient_norm", "saturation", "nan"],
    ["saturation.h", "dead_units.h"],
    ["gradient_norm.W1", "update_ratio.W1", "gradient_norm.b1", "update_ratio.b1"],
  ]);
});

for (const { name, text, hint } of groups(NETWORK).flatMap(({ metrics }) => metrics)) {
  test(`${name} is offered once, in words`, () => {
    assert.equal(metricOf(NETWORK, name)?.text, text);
    assert.match(hint, /^\S.{8,}\.$/);
  });

  test(`the address keeps a breakpoint at ${name}`, () => {
    for (const side of /** @type {const} */ (["above", "below"])) {
      const until = breakpoint(name, side, -2.5e-7);
      assert.deepEqual(parsed(written(until)), until);
    }
  });
}

test("NaN takes no bound, anything else has one", () => {
  assert.deepEqual(breakpoint("nan", "above", 3), { metric: "nan" });
  assert.deepEqual(breakpoint("loss", "above", 3), { metric: "loss", above: 3 });
  assert.deepEqual([takesBound("nan"), takesBound("loss")], [false, true]);
});

test("no breakpoint is written as nothing", () => {
  assert.equal(written(null), "");
  assert.equal(parsed(""), null);
});

for (const text of ["loss", "loss<", "loss<low", "<2", "nan>3", "loss=2", "loss<Infinity", "loss<2<3"]) {
  test(`an address that asks for a run until ${text} has no breakpoint`, () => assert.equal(parsed(text), null));
}

for (const [until, text] of /** @type {const} */ ([
  [{ metric: "loss", below: 2.2 }, "loss < 2.2"],
  [{ metric: "update_ratio.W1", above: -3 }, "update ratio of W1 > −3"],
  [{ metric: "gradient_norm", above: 0 }, "gradient norm > 0"],
  [{ metric: "loss", below: 2.123456789 }, "loss < 2.123"],
  [{ metric: "nan" }, "NaN in a gradient"],
])) {
  test(`beside the run button it reads ${text}`, () => assert.equal(described(until, NETWORK), text));
}

test("what is typed is a number or refused", () => {
  assert.deepEqual(["2.5", " 1e-3 ", "-4", "0"].map(boundOf), [2.5, 0.001, -4, 0]);
  assert.deepEqual(["", " ", "x1", "2,5", "Infinity", "NaN"].map(boundOf), Array(6).fill(null));
});
