import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { countsText, findingsOf, waysBackText } from "../../../../frontend/components/health-panel/findings.js";
import { cellsOf, readingsOf, rowsOf, valueOf, viewsOf } from "../../../../frontend/lib/health/health-rows.js";
import { boundsText, LEVELS, MEASURES, measuresOf, verdictOf, worstOf } from "../../../../frontend/lib/health/health.js";

const JUDGED = MEASURES.filter(({ stretches }) => stretches.length);

test("every number has a verdict of each measure that is judged, and no stretch is without a why", () => {
  for (const measure of JUDGED) {
    const { stretches } = measure;
    assert.equal(stretches[0].from, -Infinity, measure.title);
    stretches.forEach(({ from, level, why, tip }, i) => {
      if (i) assert.ok(from > stretches[i - 1].from, measure.title);
      assert.ok(why.endsWith("."), why);
      assert.equal(level === "fine", tip === undefined, `${measure.title}: what is not fine says what to try`);
      assert.equal(verdictOf(measure, i ? from : -1e300)?.level, level);
    });
    assert.equal(stretches.filter(({ level }) => level === "fine").length, 1, measure.title);
    assert.ok(measure.source && measure.judged, measure.title);
  }
});

test("a number that is none is bad whatever the measure", () => {
  for (const measure of MEASURES) assert.equal(verdictOf(measure, NaN)?.level, "bad");
});

test("the thresholds that were asked for", () => {
  const of = (/** @type {string} */ title) => /** @type {any} */ (MEASURES.find((measure) => measure.title === title));
  const levels = (/** @type {string} */ title, /** @type {number[]} */ numbers) => numbers.map((number) => verdictOf(of(title), number)?.level);
  assert.deepEqual(levels("saturated", [0, 0.049, 0.05, 0.2, 1]), ["fine", "fine", "watch", "bad", "bad"]);
  assert.deepEqual(levels("dead units", [0, 1 / 64, 0.5]), ["fine", "watch", "bad"]);
  assert.deepEqual(levels("update:data", [-5, -4, -3, -2, -0.5, -Infinity]), ["bad", "watch", "fine", "watch", "bad", "bad"]);
  assert.deepEqual(levels("std", [0.05, 0.2, 0.6, 0.9, 0.99]), ["bad", "watch", "fine", "watch", "bad"]);
});

test("a verdict is a word and an icon of its own, and not a colour alone", () => {
  const all = Object.values(LEVELS);
  assert.equal(new Set(all.map(({ icon }) => icon)).size, 3);
  assert.equal(new Set(all.map(({ text }) => text)).size, 3);
  assert.equal(worstOf([{ level: "fine", why: "" }, null, { level: "watch", why: "" }]), "watch");
  assert.equal(worstOf([null]), null);
});

test("the documentation has every threshold as it is here", () => {
  const documentation = readFileSync(new URL("../../../../docs/health.md", import.meta.url), "utf8");
  for (const measure of JUDGED) {
    const bounds = (/** @type {string} */ level) => measure.stretches
      .flatMap((stretch, i) => (stretch.level === level ? [boundsText(measure, i)] : [])).join(", ");
    const row = `| ${measure.title} of a ${measure.of} | ${measure.judged.replaceAll("|", "\\|")} | ${bounds("fine")} | ${bounds("watch")} | ${bounds("bad")} | ${measure.source} |`;
    assert.ok(documentation.includes(row), `missing in docs/health.md:\n${row}`);
  }
});

// ── Rows and readings ──

/** @type {any} */
const NETWORK = {
  calls: [
    { inputs: [{ tensor: "C" }, { tensor: "Xb" }], output: "emb" },
    { inputs: [{ tensor: "emb" }, { tensor: "W1" }, { tensor: "b1" }], output: "hpreact_1" },
    { inputs: [{ tensor: "hpreact_1" }], output: "h_1" },
    { inputs: [{ tensor: "h_1" }], output: "h_2" },
    { inputs: [{ tensor: "bngain_2" }, { tensor: "h_2" }, { tensor: "W2" }], output: "logits" },
  ],
  gradients: [["W2", [4, 27]], ["h_2", [32, 4]], ["bngain_2", [1, 4]], ["h_1", [32, 8]], ["b1", [8]], ["W1", [30, 8]], ["emb", [32, 3, 10]], ["C", [27, 10]]]
    .map(([tensor, shape]) => ({ name: `d${tensor}`, tensor, shape })),
  activations: [{ layer: 1, output: "h_1" }, { layer: 2, output: "h_2" }],
};

const PLAIN = { mean: 0.1, std: 0.5, min: -1, max: 1, norm: 3, zeros: 0, nan: 0, infinite: 0, saturated: 0, dead: 0 };

/** @param {Record<string, object>} numbers @returns {any} */
function frameOf(numbers, rate = 0.1) {
  const views = Object.fromEntries(viewsOf(rowsOf(NETWORK)).map(({ id, tensor }) => {
    const ownNumbers = tensor in numbers ? numbers[tensor] : {};
    return [id, { tensor, known: ownNumbers !== null, summary: { ...PLAIN, ...ownNumbers } }];
  }));
  return { info: { views, training: { learning_rate: rate } }, arrays: new Map() };
}

const CELLS = cellsOf(rowsOf(NETWORK));

/** @param {string} key @returns {any} */
const cell = (key) => CELLS.find((each) => each.key === key);

test("there is a row for each hidden layer and each parameter, as the forward pass comes to them", () => {
  const rows = rowsOf(NETWORK);
  assert.deepEqual(rows.map(({ tensor }) => tensor), ["h_1", "h_2", "C", "W1", "b1", "bngain_2", "W2"]);
  assert.deepEqual(rows.filter(({ isWeight }) => isWeight).map(({ tensor }) => tensor), ["C", "W1", "W2"]);
  assert.equal(CELLS.length, 2 * measuresOf("layer").length + 5 * measuresOf("parameter").length);
  assert.deepEqual(viewsOf(rows).slice(0, 2).map(({ tensor }) => tensor), ["h_1", "dh_1"]);
});

test("measures are computed as the server does", () => {
  const frame = frameOf({ W1: { std: 0.2 }, dW1: { std: 0.004, norm: 7 }, h_1: { saturated: 0.25, dead: 2 } }, 0.5);
  const value = (/** @type {string} */ key) => valueOf(cell(key), frame);
  assert.equal(value("update_ratio.W1"), Math.log10((0.5 * 0.004) / 0.2));
  assert.equal(value("grad_data.W1"), Math.log10(0.004 / 0.2));
  assert.equal(value("gradient_norm.W1"), 7);
  assert.equal(value("saturation.h_1"), 0.25);
  assert.equal(value("dead_units.h_1"), 2);
  assert.equal(value("mean.h_1"), 0.1);
});

test("what is not known yet has no number, and what is not finite is none", () => {
  const frame = frameOf({ dh_1: /** @type {any} */ (null), h_2: { nan: 0.1 } });
  assert.equal(valueOf(cell("gradient_std.h_1"), frame), null);
  assert.equal(valueOf(cell("std.h_1"), frame), 0.5);
  assert.ok(Number.isNaN(valueOf(cell("std.h_2"), frame)));
  assert.equal(valueOf(cell("std.h_1"), null), null);
});

test("a parameter of one number has no spread", () => {
  const frame = frameOf({ b1: { std: null }, db1: { std: null } });
  assert.equal(valueOf(cell("std.b1"), frame), null);
  assert.equal(valueOf(cell("update_ratio.b1"), frame), null);
  assert.equal(valueOf(cell("mean.b1"), frame), 0.1);
});

test("a gradient that vanishes on its way back is found, and so is what to try", () => {
  const readings = readingsOf(CELLS, frameOf({ dh_1: { std: 1e-5 }, dh_2: { std: 1e-2 } }), () => NaN);
  assert.equal(readings.get("gradient_std.h_1")?.verdict?.level, "bad");
  assert.equal(readings.get("gradient_std.h_2")?.verdict?.level, "fine");
  const [worst] = findingsOf(CELLS, readings);
  assert.deepEqual([worst.level, worst.what, worst.cells.map(({ row }) => row.tensor)], ["bad", "gradient std", ["h_1"]]);
  assert.match(worst.tip, /gain/);
  assert.equal(waysBackText(CELLS, readings), "On its way back from dh_2 to dh_1, the gradient's std becomes 0.00100 times as large.");
});

test("ratios are judged for weights alone, a norm beside its running mean, dead units as a share", () => {
  const readings = readingsOf(CELLS, frameOf({ dW1: { norm: 40 }, h_1: { dead: 1 }, dW2: { std: 0.05 } }), () => 3);
  assert.equal(readings.get("update_ratio.b1")?.verdict, null);
  assert.equal(readings.get("update_ratio.W2")?.verdict?.level, "watch");
  assert.equal(readings.get("gradient_norm.W1")?.verdict?.level, "bad");
  assert.equal(readings.get("gradient_norm.W2")?.verdict?.level, "fine");
  assert.equal(readings.get("dead_units.h_1")?.verdict?.level, "bad", "one of eight");
  assert.equal(readings.get("mean.W1")?.verdict, null);
});

test("a run that has diverged is one finding", () => {
  const everything = Object.fromEntries(viewsOf(rowsOf(NETWORK)).map(({ tensor }) => [tensor, { nan: 1, mean: null, std: null }]));
  const findings = findingsOf(CELLS, readingsOf(CELLS, frameOf(everything), () => NaN));
  assert.equal(findings.length, 1);
  assert.equal(findings[0].cells.length, CELLS.length);
});

test("nothing that is known is said to be so", () => {
  assert.equal(countsText(readingsOf(CELLS, null, () => NaN)), "Nothing can be judged at this op yet.");
});
