import assert from "node:assert/strict";
import { test } from "node:test";

import { histogram } from "../../frontend/figures/histogram.js";
import { lines } from "../../frontend/figures/lines.js";
import { told } from "../../frontend/figures/told.js";
import { palettes } from "../../frontend/lib/colors.js";

const theme = {
  surface: "#ffffff", text: "#000000", muted: "#555555", grid: "#dddddd", accent: "#0000ff", font: "sans", ...palettes.light,
};
const line = (/** @type {string} */ name, /** @type {(number | null)[]} */ y) => ({ name, x: y.map((_, i) => i), y });

test("of a line it is told where it begins, ends and has its extremes", () => {
  const text = told(lines({ series: [line("each step", [3.3, 2.5, 4, 3])], title: "Loss", theme, yTitle: "loss" }));
  assert.match(text, /^Loss\. Lines of each step/);
  assert.match(text, /each step: from 3\.3 at 0 to 3 at 3, lowest 2\.5 at 1, highest 4 at 2\.$/);
});

test("what is not finite is not told, and a series without any point is left out", () => {
  const series = [line("some", [null, 2, NaN]), line("none", [null, null])];
  const text = told(lines({ series, title: "Loss", theme, yTitle: "loss" }));
  assert.match(text, /some: 2\./);
  assert.doesNotMatch(text, /none:/);
});

test("of many series the first are told, and how many there are besides", () => {
  const series = Array.from({ length: 11 }, (_, i) => line(`s${i}`, [i, i + 1]));
  const text = told(lines({ series, title: "Norms", theme, yTitle: "norm" }));
  assert.match(text, /s7: .* And 3 more\.$/);
  assert.doesNotMatch(text, /s8: /);
});

test("of a histogram it is told where most values lie", () => {
  const series = [{ name: "h", counts: [1, 3, 0, 0], range: /** @type {[number, number]} */ ([-1, 1]) }];
  assert.match(told(histogram({ series, title: "h", theme, valueTitle: "value" })), /h: highest 0\.75 at −0\.25\.$/);
});
