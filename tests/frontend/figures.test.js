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
import { plainText, shortNumber } from "../../frontend/figures/text.js";
import { palettes } from "../../frontend/lib/colors.js";

const theme = {
  ...{ dark: false, surface: "#ffffff", text: "#000000", muted: "#555555", grid: "#dddddd", accent: "#0000ff" },
  font: "sans-serif",
  ...palettes.light,
};
const common = { title: "dlogits", theme, detail: true };
const cells = { values: Float32Array.of(1, -2, 3, 4, 5, -6), rows: 2, columns: 3 };
const titles = { valueTitle: "gradient", rowTitle: "example", columnTitle: "character" };
const series = [{ name: "W1", x: [0, 1, 2], y: [1, null, 0.01], min: [0.5, null, 0.01], max: [2, null, 0.02] }];
/** @type {Distribution} */
const distribution = { name: "h", counts: [1, 2, 1], range: [-3, 3] };

const figures = {
  heatmap: heatmap({ ...common, ...cells, ...titles }),
  histogram: histogram({ ...common, series: [distribution], valueTitle: "activation" }),
  lines: lines({ ...common, series, yTitle: "ratio", smoothing: 0.9 }),
  channels: channels({ ...common, series: [{ name: "batch", values: [1, 2], as: "bars" }], yTitle: "mean" }),
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
  const describe = () => assert.fail("described");
  const plain = heatmap({ ...common, ...cells, ...titles, detail: false, describe });
  assert.equal(/** @type {HeatmapTrace} */ (plain.data[0]).text, undefined);
  const detailed = heatmap({ ...common, ...cells, ...titles, describe: (...cell) => cell.join(" ") });
  assert.deepEqual(/** @type {HeatmapTrace} */ (detailed.data[0]).text, [
    ["0 0 1", "0 1 -2", "0 2 3"],
    ["1 0 4", "1 1 5", "1 2 -6"],
  ]);
});

test("cells that are not finite get a trace of their own colours", () => {
  const values = Float32Array.of(1, NaN, Infinity, -Infinity, 2, 3);
  const { data } = heatmap({ ...common, ...cells, values, ...titles });
  const [finite, special] = /** @type {HeatmapTrace[]} */ (data);
  assert.equal(finite.zmax, 5);
  assert.deepEqual(
    special.z.map((row) => [...row]),
    [
      [NaN, 0, 1],
      [1, NaN, NaN],
    ],
  );
  assert.equal(special.colorscale, theme.notFinite);
});

test("a highlighted row is outlined from edge to edge", () => {
  const { data } = heatmap({ ...common, ...cells, ...titles, highlightedRow: 1 });
  const { x, y } = /** @type {ScatterTrace} */ (data.at(-1));
  assert.deepEqual([...new Set(Array.from(x))], [-0.5, 2.5]);
  assert.deepEqual([...new Set(Array.from(y))], [0.5, 1.5]);
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

test("smoothed lines keep the values behind the average and the band behind both", () => {
  const [band, raw, average] = /** @type {ScatterTrace[]} */ (figures.lines.data);
  assert.equal(band.fill, "toself");
  assert.deepEqual(
    [band.x, band.y],
    [
      [0, 2, 2, 0],
      [2, 0.02, 0.01, 0.5],
    ],
  );
  assert.deepEqual(raw.y, series[0].y);
  assert.equal(average.y[0], 1);
  assert.equal([band, raw, average].filter(({ showlegend }) => showlegend !== false).length, 1);
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
