import assert from "node:assert/strict";
import { test } from "node:test";

import { embeddingMap } from "../../../../frontend/figures/embedding-map.js";
import { palettes } from "../../../../frontend/lib/colors.js";
import { arrowEnds, characterCells, magnification } from "../../../../frontend/lib/learning/embedding.js";

/** @import { ScatterTrace } from "../../../../frontend/types/plotly" */

const THEME = { surface: "#ffffff", text: "#000000", muted: "#555555", grid: "#eeeeee", accent: "#006677", font: "sans-serif", ...palettes.light };

test("arrows are magnified so far that the longest is seen, by 1, 2 or 5 times a power of ten", () => {
  assert.equal(magnification(null, 0.001, 4), 500);
  assert.equal(magnification(null, 2.9, 4), 0.2);
});

test("the magnification stays while it does", () => {
  assert.equal(magnification(500, 0.0006, 4), 500);
  assert.equal(magnification(500, 0.0001, 4), 5000);
  assert.equal(magnification(500, 0.01, 4), 50);
});

test("without a gradient nothing is magnified anew", () => {
  assert.equal(magnification(500, 0, 4), 500);
  assert.equal(magnification(null, NaN, 4), 1);
});

test("an arrow ends where so many steps would lead", () => {
  const { x, y } = arrowEnds([Float64Array.of(1, 2), Float64Array.of(3, 4)], [Float64Array.of(0.5, 0), Float64Array.of(0, -1)], 10);
  assert.deepEqual([...x, ...y], [6, 2, 3, -6]);
});

test("one points at the nearest character, and at none where there is none near", () => {
  const cells = characterCells(Float64Array.of(0, 1), Float64Array.of(0, 1), 4);
  assert.deepEqual(cells.placeAt?.(0.1, 0.05), [0, 0]);
  assert.deepEqual(cells.placeAt?.(0.9, 1.1), [1, 0]);
  assert.equal(cells.placeAt?.(0.5, 0.5), null);
  assert.deepEqual(cells.cellAt(1, 0), [1, 0]);
});

test("a row of C is outlined at its character, and all of C nowhere", () => {
  const cells = characterCells(Float64Array.of(0, 1), Float64Array.of(0, 2), 4);
  const [{ row, rows, column, columns }] = cells.placesOf([1, null]);
  assert.deepEqual([row + (rows - 1) / 2, column + (columns - 1) / 2].map((place) => Number(place.toFixed(9))), [2, 1]);
  assert.deepEqual(cells.placesOf([null, 3]), []);
});

/** @param {object} [changes] @returns {any} */
const map = (changes = {}) => embeddingMap({
  places: [
    { character: ".", kind: "end", share: 1, x: 0, y: 0 }, { character: "a", kind: "vowel", share: 0.25, x: 1, y: 2 },
    { character: "<", kind: "other", share: 0.01, x: -1, y: 1 },
  ],
  arrows: { name: "next step × 50", x: Float64Array.of(0, 2, -1), y: Float64Array.of(1, 2, 1) },
  hover: null, title: "Map", axes: ["component 1", "component 2"], ranges: [[-2, 2], [-2, 3]], theme: THEME, ...changes,
});

test("each character stands at its place, vowels in a colour of their own", () => {
  const texts = map().data.filter((/** @type {ScatterTrace} */ { mode }) => mode === "text");
  const drawn = texts.map((/** @type {ScatterTrace} */ { name, x, y, text }) => [name, Array.from(x), Array.from(y), text]);
  assert.deepEqual(drawn, [
    ["vowels", [1], [2], ["a"]], ["others", [-1], [1], ["&lt;"]], ["[.] start and end", [0], [0], ["[.]"]],
  ]);
  assert.equal(new Set(texts.map((/** @type {ScatterTrace} */ { textfont }) => textfont?.color)).size, 3);
});

test("an arrow leads from its character to its end, and the legend says how long it is", () => {
  const arrows = map().data.find((/** @type {ScatterTrace} */ { mode }) => mode === "lines");
  assert.equal(arrows.name, "next step × 50");
  assert.deepEqual([arrows.x[7], arrows.y[7], arrows.x[8], arrows.y[8]], [1, 2, 2, 2]);
});

test("behind each letter is a disc, as large as its character is frequent", () => {
  const discs = map().data.filter((/** @type {ScatterTrace} */ { mode }) => mode === "markers");
  const areas = discs.map((/** @type {any} */ { marker, x }) => [x[0], (marker.size[0] / 44) ** 2]);
  const expected = [[1, 0.25], [-1, 0.01], [0, 1]];
  areas.flat().forEach((/** @type {number} */ value, /** @type {number} */ i) => assert.ok(Math.abs(value - expected.flat()[i]) < 1e-12));
  assert.ok(discs.every((/** @type {ScatterTrace} */ { showlegend, hoverinfo }) => showlegend === false && hoverinfo === "skip"));
});

test("without arrows there are none, and distances are true all the same", () => {
  const { data, layout } = map({ arrows: null });
  assert.ok(data.every((/** @type {ScatterTrace} */ { mode }) => mode !== "lines"));
  assert.equal(layout.yaxis.scaleanchor, "x");
});

test("what is said of a character is text, line by line", () => {
  const { data } = map({ hover: [["start"], ["a & b", "norm"], ["<"]] });
  assert.deepEqual(data.find((/** @type {ScatterTrace} */ { name }) => name === "vowels")?.hovertext, ["a &amp; b<br>norm"]);
});
