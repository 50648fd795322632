import assert from "node:assert/strict";
import { test } from "node:test";

import { acrossLayers } from "../../../../frontend/figures/across-layers.js";
import { SHOWN, unitMap } from "../../../../frontend/figures/units.js";
import { palettes } from "../../../../frontend/lib/colors.js";
import { deadText, listed, mostText, orderOf, unitsOf } from "../../../../frontend/lib/health/units.js";

const theme = { ...palettes.light, surface: "#ffffff", text: "#111111", muted: "#666666", grid: "#dddddd", accent: "#0f6e78", font: "sans-serif" };

// Three examples of four units: 1 is dead, 3 is saturated for two, 0 never.
const H = Float32Array.of(0, 0.98, 0.96, -1, 0.5, -0.99, 0.98, 0.99, 0, 1, -0.5, 0.2);

test("a unit is dead where it is saturated for every example", () => {
  const units = unitsOf(H, 4);
  assert.deepEqual([...units.saturated], [0, 3, 1, 2]);
  assert.deepEqual([units.dead, units.never, units.notFinite], [[1], [0], 0]);
  assert.equal(deadText(units), "Dead for all 3 examples: unit 1.");
  assert.equal(mostText(units), "Most saturated: units 3 (2 of 3), 2 (1 of 3). 1 of 4 units are never saturated.");
});

test("where no unit is dead it is said so", () => {
  assert.match(deadText(unitsOf(Float32Array.of(0, 1, 1, 0), 2)), /^No unit is dead/);
  assert.equal(mostText(unitsOf(Float32Array.of(0, 0), 2)), "2 of 2 units are never saturated.");
});

test("a run that has diverged has no dead units to tell", () => {
  assert.match(deadText(unitsOf(Float32Array.of(NaN, 1, 1, 1), 2)), /1 of the outputs are not finite/);
});

test("units stand by number, or the most saturated first", () => {
  const units = unitsOf(H, 4);
  assert.deepEqual(orderOf(units, "number"), [0, 1, 2, 3]);
  assert.deepEqual(orderOf(units, "share"), [1, 3, 2, 0]);
});

test("many units are not all named", () => {
  assert.equal(listed([3, 17, 40]), "3, 17 and 40");
  assert.equal(listed([3]), "3");
  assert.match(listed(Array.from({ length: 120 }, (_, i) => i)), /^0, 1, .*… \(120 in all\)$/);
});

/** @param {keyof typeof SHOWN} shown @param {number[]} order */
const map = (shown, order) => unitMap({
  units: unitsOf(H, 4), order, values: H, shown, examples: ["... → a", "..a → b", ".ab → ."], title: "h", theme, detail: true,
});

test("the map has the units in the order it is given, and marks the dead", () => {
  const { data: [cells, dead], layout } = /** @type {any} */ (map("saturated", [1, 3, 2, 0]));
  assert.deepEqual(cells.z.map((/** @type {Float32Array} */ row) => [...row]), [[1, 1, 0, 0], [1, 1, 1, 0], [1, 0, 0, 0]]);
  assert.deepEqual(layout.xaxis.ticktext, ["1", "3", "2", "0"]);
  assert.deepEqual([dead.name, dead.x], ["dead", [0]]);
  assert.ok(layout.yaxis.range[1] < dead.y[0] && dead.y[0] < -0.5, "the marks stand above the first example");
  assert.match(cells.text[1][0], /unit 1, saturated for 3 of 3.*example 1: ..a → b/s);
});

test("the map can show what passes, and h itself", () => {
  const [slope] = /** @type {any} */ (map("slope", [0, 1, 2, 3]).data);
  assert.equal(slope.z[0][0], 1);
  assert.ok(slope.z[0][3] === 0);
  const [value] = /** @type {any} */ (map("value", [0, 1, 2, 3]).data);
  assert.deepEqual([...value.z[0]], [...H.slice(0, 4)]);
  assert.equal(value.zmin, -1);
});

test("across the layers what is zero or unknown is a gap on the logarithmic axis", () => {
  const figure = acrossLayers({
    series: [{ name: "std of h", values: [0.5, 0, null] }, { name: "std of dh", values: [1e-4, 1e-3, 1e-2] }],
    layers: ["h_1", "h_2", "h_3"], title: "Std", theme,
  });
  const [h, dh] = /** @type {any} */ (figure.data);
  assert.deepEqual(h.y, [0.5, NaN, NaN]);
  assert.deepEqual([dh.x, dh.y], [[1, 2, 3], [1e-4, 1e-3, 1e-2]]);
  const { type, range: [low, high] } = /** @type {any} */ (figure.layout.yaxis);
  assert.ok(type === "log" && low < -4 && high > Math.log10(0.5));
});
