import assert from "node:assert/strict";
import { test } from "node:test";

import { outlierLosses } from "../../frontend/figures/outlier-losses.js";
import { palettes } from "../../frontend/lib/colors.js";
import { FEW_NAMES, fewNamesConfig, LEARNT_FOR } from "../../frontend/lib/laboratory/few-names.js";
import { changeText, lossesOf, meanLosses, trialText } from "../../frontend/lib/laboratory/outliers.js";

/** @type {any} */
const THEME = { ...palettes.light, surface: "#ffffff", text: "#000000", muted: "#777777", grid: "#eeeeee", accent: "#00ff00", font: "sans" };
const CURVES = { treatment: "nothing", steps: [10, 20, 30], losses: [[8, 10], [4, 6], [1, null]] };
/** @type {any} */
const TRIAL = {
  outliers: [{}, {}], draws: 128.4,
  curves: [{ treatment: "nothing", steps: [0, 2000], losses: [[8, 12], [1, 1]] },
    { treatment: "loss clipping", steps: [0, 2000], losses: [[8, 12], [9, 12]] }],
};

test("the mean is of all outliers, and of none where one is not finite", () => {
  assert.deepEqual(meanLosses(CURVES), [9, 5, NaN]);
  assert.deepEqual(lossesOf(CURVES, 1), [10, 6, null]);
});

test("a change is told with its sign and in percent of the start", () => {
  assert.equal(changeText(14.5, 1.45), "14.50 → 1.45 (−90 %)");
  assert.equal(changeText(10, 10.51), "10.00 → 10.51 (+5 %)");
  assert.equal(changeText(10, null), "not finite");
});

test("a trial is summed up by the mean of each treatment", () => {
  assert.equal(trialText(TRIAL), "In 2,000 steps each outlier was drawn about 128 times. Their mean loss in nats: "
    + "nothing 10.00 → 1.00 (−90 %); loss clipping 10.00 → 10.50 (+5 %).");
});

test("where outliers were hardly drawn that is said, and not what came of them", () => {
  assert.equal(trialText({ ...TRIAL, draws: 0.35 }), "In 2,000 steps each outlier was drawn about 0.3 times: "
    + "too seldom for anybody to learn it. Take a session with fewer words, such as “Session with 100 names”.");
});

test("the figure has a line for each outlier, a strong one for their mean, and the threshold; the legend the means alone", () => {
  const { data, layout } = outlierLosses({ trial: TRIAL, threshold: 4, title: "Losses", theme: THEME });
  /** @type {any[]} */
  const traces = data;
  assert.deepEqual(traces.filter(({ showlegend }) => showlegend !== false).map(({ name }) => name), ["nothing", "loss clipping"]);
  assert.deepEqual(traces.map(({ line }) => line.width), [1, 1, 1, 1, 3, 3, 1.5]);
  assert.deepEqual(traces.at(-1).y, [4, 4]);
  assert.equal(layout.yaxis.title?.text, "loss (nats)");
});

test("the session in which outliers are learnt has a hundred words, and slows down once they are learnt", () => {
  assert.equal(FEW_NAMES.length, 100);
  assert.equal(new Set(FEW_NAMES).size, 100);
  assert.deepEqual(fewNamesConfig("d1").training.learning_rate.map(({ from_step }) => from_step), [0, LEARNT_FOR]);
});
