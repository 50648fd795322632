/** @import { Axis, BarTrace, HeatmapTrace, Layout, ScatterTrace } from "../../frontend/types/plotly" */

import assert from "node:assert/strict";
import test from "node:test";

import { fitLayout } from "../../frontend/components/live-plot/fit.js";
import { barEdges, fillPixels } from "../../frontend/components/live-plot/painters.js";
import { pixelsAlong } from "../../frontend/components/live-plot/pixels.js";
import { eachPoint } from "../../frontend/components/live-plot/scatter.js";
import { shellsOf } from "../../frontend/components/live-plot/shell.js";

test("an axis maps its range to the whole length, upside down too", () => {
  const upright = pixelsAlong({ range: [-1, 3], log: false }, 200);
  assert.deepEqual([-1, 1, 3].map(upright), [0, 100, 200]);
  const reversed = pixelsAlong({ range: [3, -1], log: false }, 200);
  assert.deepEqual([-1, 1, 3].map(reversed), [200, 100, 0]);
});

test("a logarithmic axis maps decades to equal lengths", () => {
  const toPixel = pixelsAlong({ range: [-2, 1], log: true }, 300);
  assert.deepEqual([0.01, 0.1, 1, 10].map(toPixel), [0, 100, 200, 300]);
});

test("cells take the table's entry at their place between the limits, and NaN is transparent", () => {
  const table = Uint32Array.of(11, 22, 33);
  const z = [Float32Array.of(-1, -0.6, -0.4, 0), Float32Array.of(0.6, 99, -99, NaN)];
  const pixels = new Uint32Array(8).fill(7);
  fillPixels(pixels, { z, zmin: -1, zmax: 1 }, table);
  assert.deepEqual([...pixels], [11, 11, 22, 22, 33, 33, 11, 0]);
});

const edges = [
  { start: 1.4, end: 6.6, translucent: false, pixels: [1, 7] },
  { start: 3.2, end: 3.6, translucent: false, pixels: [3, 4] },
  { start: 3.6, end: 3.2, translucent: false, pixels: [4, 3] },
  { start: 3.2, end: 3.4, translucent: true, pixels: [3, 3] },
];
for (const { start, end, translucent, pixels } of edges) {
  test(`a ${translucent ? "translucent" : "solid"} bar from ${start} to ${end} covers pixels ${pixels}`, () =>
    assert.deepEqual(barEdges(start, end, translucent), pixels));
}

test("a line begins anew after a gap", () => {
  /** @type {[number, number, boolean][]} */
  const visited = [];
  const same = (/** @type {number} */ value) => value;
  eachPoint({ x: [0, 1, 2, 3, 4], y: [5, null, 6, 7, NaN] }, same, same, (x, y, begins) => visited.push([x, y, begins]));
  assert.deepEqual(visited, [
    [0, 5, true],
    [2, 6, true],
    [3, 7, false],
  ]);
});

const labels = Array.from({ length: 20 }, (_, i) => String(i));
/** @type {Axis} */
const axis = { range: [-0.5, 19.5], tickvals: labels.map(Number), ticktext: labels };
/** @type {Layout} */
const layout = {
  title: { text: "loss" },
  meta: { summary: "loss." },
  uirevision: "loss",
  margin: { l: 50, r: 50, t: 30, b: 50, autoexpand: false },
  showlegend: true,
  legend: { x: 1 },
  xaxis: axis,
  yaxis: { ...axis, range: [19.5, -0.5] },
};
/** @param {string} name @returns {ScatterTrace} */
const line = (name) => ({ type: "scatter", mode: "lines", name, x: [1, 2], y: [3, 4] });
const data = ["loss", "validation loss"].map(line);
const noZoom = { x: null, y: null };

test("labels are left out evenly where there is no room for all", () => {
  const { xaxis, yaxis } = fitLayout({ data, layout }, { width: 1000, height: 200 }, noZoom);
  assert.equal(xaxis.ticktext?.length, 20);
  assert.deepEqual(yaxis.ticktext, ["0", "5", "10", "15"]);
  assert.deepEqual(yaxis.tickvals, [0, 5, 10, 15]);
});

test("a zoom replaces the figure's range and makes room for more labels", () => {
  const { xaxis, yaxis } = fitLayout({ data, layout }, { width: 1000, height: 200 }, { x: null, y: [8.5, 3.5] });
  assert.deepEqual([xaxis.range, yaxis.range], [axis.range, [8.5, 3.5]]);
  assert.equal(yaxis.ticktext?.length, 20);
});

test("a legend stands above the data where it fits into a row, and else inside", () => {
  const wide = fitLayout({ data, layout }, { width: 800, height: 300 }, noZoom);
  assert.equal(/** @type {{ orientation?: string }} */ (wide.legend).orientation, "h");
  assert.equal(wide.margin.t, 50);
  const narrow = fitLayout({ data, layout }, { width: 240, height: 300 }, noZoom);
  assert.deepEqual(narrow.legend, { x: 1 });
  assert.equal(narrow.margin.t, 30);
});

test("shells keep all but the data, so that new data alone never redraws an axis", () => {
  /** @param {number} height @returns {BarTrace[]} */
  const bars = (height) => [{ type: "bar", name: "h", x: [1], y: [height], width: 1, marker: { color: "#000000" } }];
  assert.deepEqual(shellsOf(bars(1)), shellsOf(bars(2)));
  const cells = { ...{ x0: 0, dx: 1, y0: 0, dy: 1, zmin: -1, zmax: 1 }, colorscale: [], showscale: true };
  /** @param {number} value @param {string[][]} [text] @returns {HeatmapTrace[]} */
  const heat = (value, text) => [{ type: "heatmap", ...cells, z: [Float32Array.of(value, 1)], text }];
  assert.deepEqual(shellsOf(heat(1)), shellsOf(heat(2, [["a", "b"]])));
  assert.notDeepEqual(shellsOf(heat(1)), shellsOf(heat(1).map((trace) => ({ ...trace, zmax: 2 }))));
});
