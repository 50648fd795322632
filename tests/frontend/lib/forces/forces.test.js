/** @import { BarTrace, HeatmapTrace, ScatterTrace } from "../../../../frontend/types/plotly" */

import assert from "node:assert/strict";
import { test } from "node:test";

import { barCells } from "../../../../frontend/components/example-panel/bar-cells.js";
import { changeBars, forceBars, sideColors } from "../../../../frontend/figures/forces.js";
import { pushes } from "../../../../frontend/figures/pushes.js";
import { palettes } from "../../../../frontend/lib/colors.js";
import { areFinite, barOrder, forcesOf, partsOf } from "../../../../frontend/lib/forces/forces.js";

const theme = {
  ...{ surface: "#ffffff", text: "#000000", muted: "#555555", grid: "#dddddd", accent: "#0000ff" },
  font: "sans-serif",
  ...palettes.light,
};
/** p = 0.2, 0.1, 0.4, 0.3 with target 1, at B = 2. */
const FORCES = forcesOf([0.1, -0.45, 0.2, 0.15], 2, 1);
const CHARACTERS = [".", "a", "<", "c"];

test("the pull on the target is the sum of the pushes, and the total is zero but for rounding", () => {
  assert.ok(Math.abs(FORCES.pull - 0.9) < 1e-12);
  assert.ok(Math.abs(FORCES.pushes - 0.9) < 1e-12);
  assert.ok(Math.abs(FORCES.total) < 1e-12);
});

test("the wrong character with the largest probability is pushed hardest", () => assert.equal(FORCES.hardest, 2));

test("where nothing is pushed, nothing is pushed hardest", () => {
  assert.equal(forcesOf([0, 0, 0], 4, 1).hardest, -1);
});

test("forces of a network that has diverged are not finite", () => {
  assert.ok(areFinite(FORCES));
  assert.ok(!areFinite(forcesOf([NaN, 0], 2, 0)));
});

test("bars stand by character, or the strongest first, which is the target's", () => {
  assert.deepEqual([...barOrder(FORCES.all, false)], [0, 1, 2, 3]);
  assert.deepEqual([...barOrder(FORCES.all, true)], [1, 2, 3, 0]);
  assert.deepEqual([...barOrder(Float64Array.of(1, NaN), true)], [0, 1]);
});

test("parts of the pushes add up to their sum, small ones together", () => {
  const { parts, rest, others } = partsOf(FORCES, 1, 0.3);
  assert.deepEqual(parts.map(({ character }) => character), [2, 3]);
  assert.equal(others, 1);
  assert.ok(Math.abs(parts.reduce((sum, { force }) => sum + force, rest) - FORCES.pushes) < 1e-12);
});

const bars = {
  title: "Forces", theme, detail: true, values: FORCES.all, order: barOrder(FORCES.all, true), characters: CHARACTERS,
  describe: (/** @type {number} */ character) => [`about ${CHARACTERS[character]}`],
};

test("a force that pulls up stands above zero, though it is negative, in the colour of a pull", () => {
  const { data, layout } = forceBars({ ...bars, range: [0.6, -1] });
  const [up, down] = /** @type {BarTrace[]} */ (data);
  assert.ok(layout.yaxis.range[0] > layout.yaxis.range[1]);
  assert.deepEqual(Array.from(up.y, Boolean), [true, false, false, false]);
  assert.deepEqual(Array.from(down.y, Boolean), [false, true, true, true]);
  assert.deepEqual([up.marker.color, down.marker.color], sideColors(theme));
  assert.deepEqual(up.customdata, ["about a", "about &lt;", "about c", "about ."]);
  assert.deepEqual(layout.xaxis.ticktext, ["a", "&lt;", "c", "."]);
  const moving = forceBars({ ...bars, detail: false, range: [0.6, -1] });
  assert.doesNotMatch(moving.layout.meta.summary, /\d\.\d/);
  assert.match(layout.meta.summary, /most pulled up is a \(−0\.9\), most pushed down is < \(0\.4\)/);
});

test("a probability that rises has the pull's colour, one that falls the push's", () => {
  const { data } = changeBars({ ...bars, values: [0.1, -0.2, 0, 0.1], order: [0, 1, 2, 3], range: [-1, 1] });
  const [rises, falls] = /** @type {BarTrace[]} */ (data);
  assert.deepEqual(Array.from(rises.y, Number), [0.1, 0, 0, 0.1]);
  assert.deepEqual(Array.from(falls.y, Number), [0, -0.2, 0, 0]);
  assert.deepEqual([rises.name, falls.name], ["rises", "falls"]);
});

const heat = {
  title: "dlogits", theme, detail: true, valueTitle: "dlogits", rowTitle: "example", columnTitle: "character",
};

/** @param {ArrayLike<number>} losses @param {number} [chosen] */
function pushesOf(losses, chosen) {
  const rows = losses.length;
  const figure = pushes({ ...heat, values: new Float32Array(2 * rows).fill(0.1), rows, columns: 2, losses, chosen });
  const named = (/** @type {string} */ name) => /** @type {ScatterTrace} */ (figure.data.find((trace) => trace.name === name));
  return { ...figure, loss: named("loss"), frame: named("chosen example"), cells: /** @type {HeatmapTrace} */ (figure.data[0]) };
}

test("each row ends with its loss, on a scale that is written below", () => {
  const { loss, layout } = pushesOf([1, 4, NaN, Infinity]);
  const start = loss.x[0] ?? 0;
  const lengths = [1, 5, 9, 13].map((corner) => (loss.x[corner] ?? 0) - start);
  const [one, four, none, endless] = lengths;
  assert.ok(Math.abs(four - 4 * one) < 1e-12);
  assert.equal(none, 0);
  assert.ok(Math.abs(endless - 5 * one) < 1e-12);
  assert.ok(start > 1.5 && layout.xaxis.range[1] >= start + endless - 1e-12);
  assert.equal(/** @type {any[]} */ (layout.annotations)[0].text, "loss 0…5 nats");
});

test("of very many rows neighbours share a bar, that of the largest loss", () => {
  const losses = Float64Array.from({ length: 1000 }, (_, row) => (row === 777 ? 9 : 1));
  const { loss } = pushesOf(losses);
  assert.ok(loss.x.length < 300);
  const longest = Math.max(...Array.from(loss.x, Number));
  const at = Array.from(loss.x).indexOf(longest);
  assert.ok(Number(loss.y[at]) < 777 && Number(loss.y[at + 1]) > 777);
});

test("the chosen example's row is framed", () => {
  const { frame } = pushesOf([1, 2, 3], 1);
  assert.deepEqual([Math.min(...Array.from(frame.y, Number)), Math.max(...Array.from(frame.y, Number))], [0.5, 1.5]);
  assert.equal(pushesOf([1, 2, 3]).frame, undefined);
});

test("a bar is the cell of its example and character, and lights up over its whole height", () => {
  const { cellAt, placeAt, placesOf } = barCells("dlogits", 7, [2, 0, 1], () => [-1, 0.5]);
  assert.deepEqual(placeAt?.(0.4, -0.9), [0, 0]);
  assert.deepEqual(cellAt(0, 0), [7, 2]);
  assert.equal(cellAt(0, 3), null);
  assert.deepEqual(placesOf([7, 0]), [{ row: -0.5, rows: 1.5, column: 1, columns: 1 }]);
  assert.deepEqual(placesOf([7, null]), [{ row: -0.5, rows: 1.5, column: 0, columns: 3 }]);
  assert.deepEqual(placesOf([null, 1]), [{ row: -0.5, rows: 1.5, column: 2, columns: 1 }]);
  assert.deepEqual(placesOf([6, 0]), []);
});
