/** @import { HeatmapTrace } from "../../frontend/types/plotly" */

import assert from "node:assert/strict";
import { test } from "node:test";

import { difference, differenceOf, largestOf, verdictOf } from "../../frontend/figures/difference.js";
import { lossesCompared } from "../../frontend/figures/losses-compared.js";
import { palettes } from "../../frontend/lib/colors.js";

const theme = {
  ...{ surface: "#ffffff", text: "#000000", muted: "#555555", grid: "#dddddd", accent: "#0000ff" },
  font: "sans-serif",
  ...palettes.light,
};
const A = Float32Array.of(1, 2, 3, 4, 5, 6);
const B = Float32Array.of(1, 2.5, 3, 1, 5, 6);
const axes = { rows: { title: "example in the batch" }, columns: { title: "character", labels: [".", "a", "b"] } };

/** @param {Partial<Parameters<typeof difference>[0]>} [changes] */
function figure(changes = {}) {
  const a = changes.a ?? A;
  const b = changes.b ?? B;
  const compared = differenceOf(/** @type {any} */ (a), /** @type {any} */ (b));
  return difference({ tensor: "dlogits", a, b, compared, columns: 3, axes, block: null, limit: 5, theme, detail: true, ...changes });
}

/** @param {ReturnType<typeof figure>} drawn */
const cells = (drawn) => /** @type {Omit<HeatmapTrace, "text"> & { text?: string[][] }} */ (drawn.data[0]);

test("each cell is the one less the other", () => {
  assert.deepEqual(cells(figure()).z.map((row) => [...row]), [[0, -0.5, 0], [3, 0, 0]]);
});

test("the title tells the largest difference and its cell, a zoom outlives it", () => {
  const { layout } = figure();
  assert.equal(layout.title.text, "dlogits: A − B, largest 3 at (1, .)");
  assert.equal(layout.uirevision, "dlogits: A − B");
});

test("while data moves the title stays as it is", () => {
  assert.equal(figure({ detail: false }).layout.title.text, "dlogits: A − B");
});

test("the colours diverge from zero, as far one way as the other", () => {
  const { zmin, zmax, colorscale, colorbar } = cells(figure());
  assert.deepEqual([zmin, zmax, colorscale], [-5, 5, theme.diverging]);
  assert.deepEqual(/** @type {any} */ (colorbar).title.text, "A − B");
});

test("hovering over a cell tells where it is, both values and their difference", () => {
  assert.equal(cells(figure()).text?.[1][0], "example in the batch 1<br>character .<br>A 4<br>B 1<br>A − B 3");
});

test("where a cell stands for a block, rows and columns are the tensor's", () => {
  const plain = { rows: { title: "row" }, columns: { title: "column" } };
  const drawn = figure({ block: [2, 4], axes: plain });
  assert.equal(drawn.layout.title.text, "dlogits: A − B, largest 3 at (2, 0)");
  assert.equal(cells(drawn).text?.[0][1].split("<br>")[1], "column 4");
});

test("of very many cells the values are handed on as numbers, which is much faster than their texts", () => {
  const values = new Float32Array(66_000).fill(1);
  const { text, customdata, hovertemplate } = cells(figure({ a: values, b: values }));
  assert.deepEqual([text?.length, text?.[0].length], [22_000, 3]);
  assert.equal(customdata?.[5][2], 1);
  assert.match(hovertemplate ?? "", /A %\{text:\.6g\}<br>B %\{customdata:\.6g\}<br>A − B %\{z:\.6g\}/);
});

test("equal tensors do not differ, to the last bit", () => {
  const compared = differenceOf(A, A);
  assert.equal(verdictOf(compared, A, A), "no cell differs: equal to the last bit");
  assert.equal(largestOf({ compared, columns: 3, axes, block: null }), "no cell differs");
});

test("the smallest difference there can be is one", () => {
  const [a, b] = [Float32Array.of(1e-45), Float32Array.of(0)];
  assert.match(verdictOf(differenceOf(a, b), a, b), /^1 of 1 cells differ/);
});

test("how many cells differ is told, and what stands in that which differs most", () => {
  assert.equal(verdictOf(differenceOf(A, B), A, B), "2 of 6 cells differ, by 3 at most: A 4, B 1");
});

test("equal infinities do not differ, and what is not finite is not the largest", () => {
  const [a, b] = [Float32Array.of(Infinity, NaN, Infinity, 1), Float32Array.of(Infinity, 1, 1, 0.5)];
  const { values, largest, cell } = differenceOf(a, b);
  assert.deepEqual([...values], [0, NaN, Infinity, 0.5]);
  assert.deepEqual([largest, cell], [0.5, 3]);
});

test("where no difference is finite, that is said", () => {
  const [a, b] = [Float32Array.of(NaN), Float32Array.of(1)];
  const compared = differenceOf(a, b);
  assert.equal(verdictOf(compared, a, b), "1 of 1 cells differ");
  assert.equal(largestOf({ compared, columns: 1, axes, block: null }), "no finite difference");
});

const losses = (/** @type {number} */ by) => {
  const step = [0, 1, 2, 3, 4];
  const mean = step.map((each) => 3 - by * each);
  return { step, mean, min: mean, max: mean };
};
const run = (/** @type {string} */ name, by = 0.1) => ({ name, losses: losses(by), smoothed: losses(by).mean });
/** @type {Parameters<typeof lossesCompared>[0]} */
const compared = {
  runs: [run("A: one"), run("B: other", 0.2)], parting: 2, levels: [{ name: "guessing", value: 3.3 }], stand: null,
  title: "Loss", theme, logY: false, xRange: [0, 5], yRange: [0, 4],
};

/** @param {string} name @param {Partial<typeof compared>} [changes] */
const traces = (name, changes) =>
  lossesCompared({ ...compared, ...changes }).data.filter((trace) => trace.name === name && trace.showlegend !== false);

test("what two runs share is drawn once, and the other from where they part", () => {
  assert.deepEqual(/** @type {any} */ (traces("A: one")[0]).x, [0, 1, 2, 3, 4]);
  assert.deepEqual(/** @type {any} */ (traces("B: other")[0]).x, [2, 3, 4]);
  assert.deepEqual(/** @type {any} */ (traces("B: other")[0]).y, losses(0.2).mean.slice(2));
});

test("runs that share nothing are both drawn from the start", () => {
  assert.deepEqual(/** @type {any} */ (traces("B: other", { parting: null })[0]).x, [0, 1, 2, 3, 4]);
});

test("the legend names each run once, in its colour", () => {
  const { data } = lossesCompared(compared);
  const named = data.filter(({ showlegend }) => showlegend !== false);
  assert.deepEqual(named.map(({ name }) => name), ["A: one", "B: other"]);
  assert.deepEqual(named.map((trace) => /** @type {any} */ (trace).line.color), theme.series.slice(0, 2));
});

test("where they part is marked and said", () => {
  const { layout } = lossesCompared(compared);
  const [line] = /** @type {any[]} */ (layout.shapes);
  assert.deepEqual([line.x0, line.x1], [2, 2]);
  assert.ok(/** @type {any[]} */ (layout.annotations).some(({ text }) => text === "they part at step 2"));
  assert.equal(lossesCompared({ ...compared, parting: null }).layout.shapes, undefined);
});
