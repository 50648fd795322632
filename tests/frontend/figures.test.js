/**
 * @import { Distribution } from "../../frontend/figures/histogram.js"
 * @import { BarTrace, HeatmapTrace, Range, ScatterTrace } from "../../frontend/types/plotly"
 */

import assert from "node:assert/strict";
import test from "node:test";

import { channels } from "../../frontend/figures/channels.js";
import { empty } from "../../frontend/figures/empty.js";
import { heatmap } from "../../frontend/figures/heatmap.js";
import { histogram } from "../../frontend/figures/histogram.js";
import { lines } from "../../frontend/figures/lines.js";
import { scalar } from "../../frontend/figures/scalar.js";
import { plainText, shortNumber } from "../../frontend/figures/text.js";
import { palettes } from "../../frontend/lib/colors.js";

const theme = {
  ...{ surface: "#ffffff", text: "#000000", muted: "#555555", grid: "#dddddd", accent: "#0000ff" },
  font: "sans-serif",
  ...palettes.light,
};
const common = { title: "dlogits", theme };
const cells = { detail: true, values: Float32Array.of(1, -2, 3, 4, 5, -6), rows: 2, columns: 3 };
const titles = { valueTitle: "gradient", rowTitle: "example", columnTitle: "character" };
const series = [{ name: "W1", x: [0, 1, 2], y: [1, null, 0.01], min: [0.5, null, 0.01], max: [2, null, 0.02] }];
/** @type {Distribution} */
const distribution = { name: "h", counts: [1, 2, 1], range: [-3, 3] };

const figures = {
  heatmap: heatmap({ ...common, ...cells, ...titles }),
  histogram: histogram({ ...common, series: [distribution], valueTitle: "activation" }),
  lines: lines({ ...common, series, yTitle: "ratio" }),
  channels: channels({ ...common, series: [{ name: "batch", values: [1, 2], as: "markers" }], yTitle: "mean" }),
};

for (const [name, { data, layout }] of Object.entries(figures)) {
  test(`a ${name} says what it shows: title, axes, summary`, () => {
    assert.equal(layout.title.text, "dlogits");
    assert.ok(layout.xaxis.title?.text && layout.yaxis.title?.text);
    assert.match(layout.meta.summary, /^dlogits\. .+\.$/);
  });

  test(`a ${name} fixes its ranges, since Plotly may have to draw axes without data`, () => {
    for (const { range } of [layout.xaxis, layout.yaxis]) {
      assert.ok(range.length === 2 && range.every(Number.isFinite) && range[0] !== range[1]);
    }
  });

  test(`every trace of a ${name} has a name`, () => assert.ok(data.length > 0 && data.every((trace) => trace.name)));
}

test("a heat map has rows of Float32Array that share the tensor's memory", () => {
  const [{ z }] = /** @type {HeatmapTrace[]} */ (figures.heatmap.data);
  assert.deepEqual(
    z.map((row) => [...row]),
    [
      [1, -2, 3],
      [4, 5, -6],
    ],
  );
  assert.ok(z.every((row) => row instanceof Float32Array && row.buffer === cells.values.buffer));
});

test("a heat map's colours are centred on zero, with a nice limit", () => {
  const [{ zmin, zmax }] = /** @type {HeatmapTrace[]} */ (figures.heatmap.data);
  assert.deepEqual([zmin, zmax], [-10, 10]);
});

test("row 0 of a heat map is at the top", () => assert.deepEqual(figures.heatmap.layout.yaxis.range, [1.5, -0.5]));

test("cells that stand for blocks lie where the tensor's own rows and columns are", () => {
  const { data, layout } = heatmap({ ...common, ...cells, ...titles, block: [4, 2] });
  const [{ x0, dx, y0, dy }] = /** @type {HeatmapTrace[]} */ (data);
  assert.deepEqual([x0, dx, y0, dy], [0.5, 2, 1.5, 4]);
  assert.deepEqual(
    [layout.xaxis.range, layout.yaxis.range],
    [
      [-0.5, 5.5],
      [7.5, -0.5],
    ],
  );
  assert.deepEqual(layout.yaxis.ticktext, ["0", "4"]);
});

test("hover texts are only written for a figure in detail", () => {
  /** @returns {string[]} */
  const describe = () => assert.fail("described");
  const plain = heatmap({ ...common, ...cells, ...titles, detail: false, describe });
  assert.equal(/** @type {HeatmapTrace} */ (plain.data[0]).text, undefined);
  const detailed = heatmap({ ...common, ...cells, ...titles, describe: (...cell) => cell.map(String) });
  assert.deepEqual(/** @type {HeatmapTrace} */ (detailed.data[0]).text, [
    ["0<br>0<br>1", "0<br>1<br>-2", "0<br>2<br>3"],
    ["1<br>0<br>4", "1<br>1<br>5", "1<br>2<br>-6"],
  ]);
});

test("no label of a data set is markup in a hover text", () => {
  const labels = { rowLabels: ["<b>x", "&lt;"], columnLabels: ["<i>", "b", "c"] };
  const [own] = /** @type {HeatmapTrace[]} */ (heatmap({ ...common, ...cells, ...titles, ...labels }).data);
  assert.equal(own.text?.[0][0], "example &lt;b&gt;x<br>character &lt;i&gt;<br>gradient 1");
  const describe = (/** @type {number} */ row) => [`${labels.rowLabels[row]}, it stays`, "1 < 2"];
  const [told] = /** @type {HeatmapTrace[]} */ (heatmap({ ...common, ...cells, ...titles, describe }).data);
  assert.equal(told.text?.[1][0], "&amp;lt;, it stays<br>1 &lt; 2");
});

test("cells that are not finite get a trace of their own colours", () => {
  const values = Float32Array.of(1, NaN, Infinity, -Infinity, 2, 3);
  const { data, layout } = heatmap({ ...common, ...cells, values, ...titles });
  const [finite, special] = /** @type {HeatmapTrace[]} */ (data);
  assert.equal(finite.zmax, 5);
  assert.deepEqual(
    special.z.map((row) => [...row]),
    [
      [NaN, 0, 1],
      [0.5, NaN, NaN],
    ],
  );
  assert.equal(special.colorscale, theme.notFinite);
  const [signs, ...keys] = /** @type {ScatterTrace[]} */ (data.slice(2));
  assert.deepEqual([signs.x, signs.y, signs.text], [[1, 2, 0], [0, 0, 1], ["×", "▲", "▼"]]);
  assert.deepEqual(keys.map(({ name, marker }) => [name, marker?.color]), [
    ["× 1 NaN", "#808080"],
    ["▼ 1 −∞", "#6b8e00"],
    ["▲ 1 +∞", "#ffe135"],
  ]);
  assert.ok(layout.showlegend);
});

test("where all cells are finite there is no key, and where one kind is missing it is not in it", () => {
  assert.deepEqual([figures.heatmap.data.length, figures.heatmap.layout.showlegend], [1, false]);
  const { data } = heatmap({ ...common, ...cells, values: Float32Array.of(1, 2, 3, 4, 5, NaN), ...titles });
  assert.deepEqual(data.map(({ name }) => name).slice(2), ["signs", "× 1 NaN"]);
});

test("the summary of a resting heat map says what is largest and smallest, where, and what is not finite", () => {
  const values = Float32Array.of(1, NaN, -Infinity, -4, 2, NaN);
  const { layout } = heatmap({ ...common, ...cells, values, ...titles, columnLabels: ["a", "b", "c"] });
  assert.match(layout.meta.summary, /Largest 2 at example 1, character b; smallest −4 at example 1, character a\./);
  assert.match(layout.meta.summary, /Not finite: 2 NaN, 1 −∞\.$/);
  const moving = heatmap({ ...common, ...cells, values, ...titles, detail: false });
  assert.doesNotMatch(moving.layout.meta.summary, /Largest/);
});

test("in blocks, those with cells that are not finite are counted as blocks", () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, NaN);
  const { data } = heatmap({ ...common, ...cells, values, ...titles, block: [4, 2] });
  assert.equal(data.at(-1)?.name, "× 1 NaN (blocks)");
});

test("a heat map with many cells that are not finite shows them by colour alone", () => {
  const { data } = heatmap({ ...common, ...cells, ...titles, rows: 30, columns: 20, values: new Float32Array(600).fill(NaN) });
  assert.deepEqual(data.map(({ name }) => name).slice(-2), ["not finite", "× 600 NaN"]);
});

test("a heat map of nothing but NaN keeps its colour bar", () => {
  const { data } = heatmap({ ...common, ...cells, values: new Float32Array(6).fill(NaN), limit: 2, ...titles });
  const bars = /** @type {HeatmapTrace[]} */ (data).filter(({ showscale }) => showscale);
  assert.equal(bars.length, 1);
  assert.deepEqual([bars[0].zmin, bars[0].zmax, [...bars[0].z[0]]], [-2, 2, [0]]);
});

test("a limit is written as it is known, on both sides", () => {
  const { data } = heatmap({ ...common, ...cells, ...titles, scale: "pushes", limit: 1 / 32, limitText: "1/32" });
  const [{ zmin, zmax, colorbar }] = /** @type {HeatmapTrace[]} */ (data);
  assert.deepEqual([zmin, zmax], [-1 / 32, 1 / 32]);
  assert.deepEqual(/** @type {{ ticktext: string[] }} */ (colorbar).ticktext, ["−1/32", "0", "1/32"]);
});

test("values that do not fill rows and columns are refused", () => {
  assert.throws(() => heatmap({ ...common, ...cells, rows: 3, ...titles }), RangeError);
});

test("a histogram shows shares of all values, those not finite included", () => {
  const { data } = histogram({
    ...common,
    series: [{ ...distribution, nan: 3, infinite: 1 }],
    valueTitle: "activation",
  });
  const [{ x, y, width, name }] = /** @type {BarTrace[]} */ (data);
  assert.deepEqual([Array.from(x), Array.from(y), width], [[-2, 0, 2], [0.125, 0.25, 0.125], 2]);
  assert.equal(name, "h (3 NaN, 1 infinite)");
});

for (const range of /** @type {(Range | null)[]} */ ([null, [2, 2]])) {
  test(`a histogram with the range ${JSON.stringify(range)} can be drawn`, () => {
    const { data, layout } = histogram({ ...common, series: [{ ...distribution, range }], valueTitle: "value" });
    assert.ok(/** @type {BarTrace} */ (data[0]).width > 0);
    assert.ok(layout.xaxis.range[0] < layout.xaxis.range[1]);
  });
}

test("a line keeps the band from the smallest to the largest value behind it", () => {
  const [band, line] = /** @type {ScatterTrace[]} */ (figures.lines.data);
  assert.equal(band.fill, "toself");
  assert.deepEqual(
    [band.x, band.y],
    [
      [0, 2, 2, 0],
      [2, 0.02, 0.01, 0.5],
    ],
  );
  assert.deepEqual(line.y, series[0].y);
  assert.equal([band, line].filter(({ showlegend }) => showlegend !== false).length, 1);
});

/** @param {(number | null)[]} y */
const modeOf = (y) => {
  const { data } = lines({ ...common, series: [{ name: "loss", x: y.map((_, i) => i), y }], yTitle: "loss" });
  return /** @type {ScatterTrace} */ (data[0]).mode;
};

test("few points are marked, of which one alone makes no line", () => {
  assert.equal(modeOf([3.3]), "lines+markers");
  assert.equal(modeOf([3.3, ...Array(1000).fill(null)]), "lines+markers");
  assert.equal(modeOf(Array(30).fill(1)), "lines");
});

for (const logY of [false, true]) {
  test(`a level is dashed from end to end and named at its end (${logY ? "logarithmic" : "linear"})`, () => {
    const levels = [{ name: "guessing", value: 10, color: "#d55e00" }];
    const { data, layout } = lines({ ...common, series, levels, yTitle: "loss", logY, xRange: [0, 500] });
    const { x, y, line, showlegend } = /** @type {ScatterTrace} */ (data.at(-1));
    assert.deepEqual([x, y, line?.dash, showlegend], [[0, 500], [10, 10], "dash", false]);
    const [{ text, y: at }] = /** @type {{ text: string, y: number }[]} */ (layout.annotations);
    assert.deepEqual([text, at], ["guessing", logY ? 1 : 10]);
  });
}

test("steps are written out, without an exponent", () => assert.equal(figures.lines.layout.xaxis.tickformat, ",d"));

test("no line joins neighbouring channels, and the running ones are dashes", () => {
  const { data } = channels({ ...common, series: [{ name: "running", values: [1, 2], as: "dashes" }], yTitle: "mean" });
  const [{ mode, marker }] = /** @type {ScatterTrace[]} */ (data);
  assert.deepEqual([mode, marker?.symbol], ["markers", "line-ew-open"]);
});

test("a scalar is its number, and moves without a change of layout", () => {
  const at = (/** @type {string} */ text, detail = false) => scalar({ ...common, text, detail });
  assert.deepEqual(/** @type {ScatterTrace} */ (at("2.654").data[0]).text, ["2.654"]);
  assert.deepEqual(at("2.654").layout, at("2.5").layout);
  assert.match(at("2.654", true).layout.meta.summary, /2\.654/);
});

test("a logarithmic axis takes its range in the data's units", () => {
  const { layout } = lines({ ...common, series, yTitle: "ratio", logY: true, yRange: [0.001, 100] });
  assert.deepEqual([layout.yaxis.type, layout.yaxis.range], ["log", [-3, 2]]);
});

test("an empty figure tells why", () => {
  const { data, layout } = empty({ ...common, message: "Known from op 35 on." });
  assert.deepEqual(data, []);
  const [{ text }] = /** @type {{ text: string }[]} */ (layout.annotations);
  assert.equal(text, "Known from op 35 on.");
});

test("a long message of an empty figure stands in lines, and stays text", () => {
  const { layout } = empty({ ...common, message: "Not <b> yet: press Evaluate, or choose every so many steps" });
  const [{ text }] = /** @type {{ text: string }[]} */ (layout.annotations);
  assert.equal(text, "Not &lt;b&gt; yet: press Evaluate, or choose<br>every so many steps");
});

/** @type {[number, string][]} */
const numbers = [
  [0.25, "0.25"],
  [1500, "1500"],
  [0.0005, "5e−4"],
  [-2e-7, "−2e−7"],
  [1234567, "1.23e6"],
  [0, "0"],
  [NaN, "NaN"],
  [-Infinity, "−∞"],
];
for (const [value, text] of numbers) {
  test(`${value} is written ${text}`, () => assert.equal(shortNumber(value), text));
}

test("labels from a data set are no markup", () => assert.equal(plainText("<b>&"), "&lt;b&gt;&amp;"));

for (const [step, logY, side] of /** @type {[number, boolean, string][]} */ ([[100, false, "right"], [400, true, "left"]])) {
  test(`where one stands at step ${step} of 500 it is written on its ${side}, and what comes after is veiled`, () => {
    const series = [{ name: "loss", x: [0, 500], y: [3, 2] }];
    const stand = { step, text: `step ${step}` };
    const range = { xRange: /** @type {[number, number]} */ ([0, 500]), yRange: /** @type {[number, number]} */ ([1, 4]) };
    const { data, layout } = lines({ ...common, series, stand, yTitle: "loss", logY, ...range });
    const [veil, line, text] = /** @type {import("../../frontend/types/plotly").ScatterTrace[]} */ (data.slice(-3));
    assert.deepEqual([veil.x, veil.y], [[step, 500, 500, step], [1, 1, 4, 4]]);
    assert.deepEqual([line.x, line.y], [[step, step], [1, 4]]);
    assert.deepEqual([text.text, text.textposition], [[` step ${step} `], `middle ${side}`]);
    assert.ok(Number(text.y[0]) > 1 && Number(text.y[0]) < 1.5);
    // What the legend and the axes show does not change with the step, so that Plotly has nothing to draw anew.
    const other = lines({ ...common, series, stand: { step: 7, text: "step 7" }, yTitle: "loss", logY, ...range });
    assert.deepEqual(other.layout, layout);
    assert.deepEqual(other.data.map(({ name }) => name), data.map(({ name }) => name));
  });
}
