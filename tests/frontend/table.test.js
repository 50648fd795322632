import assert from "node:assert/strict";
import { test } from "node:test";

import { channels } from "../../frontend/figures/channels.js";
import { heatmap } from "../../frontend/figures/heatmap.js";
import { tableOf } from "../../frontend/figures/table.js";
import { palettes } from "../../frontend/lib/colors.js";

const theme = {
  surface: "#ffffff", text: "#000000", muted: "#555555", grid: "#dddddd", accent: "#0000ff", font: "sans", ...palettes.light,
};

test("the table of a heat map has a line for each cell, with what stands at its row and column", () => {
  const figure = heatmap({
    values: Float32Array.of(1, -2, NaN, 4), rows: 2, columns: 2, title: "dlogits", theme, detail: true,
    valueTitle: "dlogits", rowTitle: "example", columnTitle: "character", rowLabels: ['a "b"', "c"], columnLabels: [",", "e"],
  });
  assert.deepEqual(tableOf(figure).split("\n"), [
    "row,column,dlogits", '"a ""b""",",",1', '"a ""b""",e,-2', 'c,",",NaN', "c,e,4", "",
  ]);
});

test("the table of all else has a line for each point, a series after the other", () => {
  const series = [
    { name: "batch", values: [1, 2], as: /** @type {const} */ ("markers") },
    { name: "running", values: [3, null], as: /** @type {const} */ ("dashes") },
  ];
  const figure = channels({ series, title: "mean", theme, yTitle: "mean" });
  assert.deepEqual(tableOf(figure).split("\n"), ["series,x,y,text", "batch,0,1,", "batch,1,2,", "running,0,3,", "running,1,,", ""]);
});
