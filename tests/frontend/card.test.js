import assert from "node:assert/strict";
import { test } from "node:test";

import { comparedViews, rowVerdict } from "../../frontend/lib/card/proof.js";
import { areSections, fold, isFolded, SECTIONS } from "../../frontend/lib/card/sections.js";
import { additionOf, sumVerdict } from "../../frontend/lib/card/sums.js";
import { updateWords } from "../../frontend/lib/card/update-words.js";

/** @param {number[]} numbers @param {[number, number]} [block] */
const seen = (numbers, block) => ({ data: Float32Array.from(numbers), info: { block } });
const unknown = { data: null, info: {} };

test("contributions that add up in single precision are said to, bit for bit", () => {
  const [a, b] = [[0.1, -0.7, 1e-9], [0.2, 0.3, 1]];
  const sum = a.map((value, i) => Math.fround(Math.fround(value) + Math.fround(b[i])));
  const { largest, signed, largestDifference } = additionOf([seen(a), seen(b), seen(sum)]);
  assert.deepEqual([signed, largestDifference], [true, 0]);
  assert.equal(largest, 1);
  assert.match(sumVerdict("dx", largestDifference, [seen(a), seen(b), seen(sum)]), /bit for bit: .* is 0\./);
});

test("what a sum of them lacks is told as large as it is", () => {
  const all = [seen([1, 2]), seen([3, 4]), seen([4, 6.5])];
  assert.equal(additionOf(all).largestDifference, 0.5);
  assert.equal(sumVerdict("dx", 0.5, all), "The largest |dx − sum| is 0.500.");
});

test("three contributions are added in their order", () => {
  assert.equal(additionOf([seen([1]), seen([2e8]), seen([-2e8]), seen([0])]).largestDifference, 0);
});

test("whether blocks, NaN or what is not known yet adds up is left open", () => {
  const blocks = [seen([1], [2, 2]), seen([1], [2, 2]), seen([2], [2, 2])];
  assert.match(sumVerdict("dx", additionOf(blocks).largestDifference, blocks), /Too large/);
  const lost = [seen([1]), seen([NaN]), seen([NaN])];
  assert.match(sumVerdict("dx", additionOf(lost).largestDifference, lost), /Not finite/);
  const early = [seen([1]), unknown, unknown];
  assert.equal(sumVerdict("dx", additionOf(early).largestDifference, early), "");
});

const LARGE = 300;

/** @param {number[]} ours @param {number[]} autograd @param {number[]} shape */
const both = (ours, autograd, shape) =>
  ({ ours: { shape, data: Float32Array.from(ours) }, autograd: { shape, data: Float32Array.from(autograd) } });

test("a difference of 0 everywhere is said to be one, bit for bit", () => {
  const { views, text } = comparedViews("dx", both([1, -2, 0, 3], [1, -2, -0, 3], [2, 2]));
  const view = views[2];
  assert.deepEqual([...view.data], [0, 0, 0, 0]);
  assert.deepEqual([view.rows, view.columns], [2, 2]);
  assert.equal(text, "0 everywhere: all 4 cells (2 × 2) are autograd's, bit for bit.");
});

test("ours, autograd's and the difference are seen side by side", () => {
  const { views } = comparedViews("dx", both([1, 2, 3], [1, 2.25, 2.5], [3]));
  assert.deepEqual(views.map(({ data }) => [...data]), [[1, 2, 3], [1, 2.25, 2.5], [0, -0.25, 0.5]]);
  assert.deepEqual(views.map(({ info }) => info.tensor), ["dx", "dx by autograd", "dx − autograd"]);
});

test("cells that differ are counted, with the largest difference", () => {
  const { text } = comparedViews("dx", both([1, 2, 3], [1, 2.25, 2.5], [3]));
  assert.equal(text, "2 of 3 cells differ, by 0.500 at most.");
});

test("cells that are not finite are not said to be equal", () => {
  assert.match(comparedViews("dx", both([1, NaN], [1, NaN], [2])).text, /^1 of 2 cells are not finite/);
  assert.match(comparedViews("dx", both([Infinity, 1], [Infinity, 2], [2])).text, /^1 of 2 cells are not finite/);
});

test("of more cells than a picture takes the largest of each block is seen", () => {
  const ours = Array.from({ length: LARGE * LARGE }, () => 0);
  ours[LARGE * LARGE - 1] = -7;
  const view = comparedViews("dx", both(ours, ours.map(() => 0), [LARGE, LARGE])).views[2];
  assert.deepEqual([view.info.block, view.rows, view.columns], [[2, 2], 150, 150]);
  assert.equal(view.data.at(-1), -7);
  assert.equal(view.data.filter((value) => value !== 0).length, 1);
});

test("verification's row is told in words and by its tone", () => {
  const row = { name: "dx", exact: false, approximate: false, maxdiff: 0.25, largest: 1, kernel_maxdiff: null };
  assert.deepEqual(rowVerdict("dx", undefined), { text: "dx has not been checked here.", tone: "" });
  assert.equal(rowVerdict("dx", { ...row, exact: true, approximate: true }).text, "dx is autograd's, bit for bit");
  assert.equal(rowVerdict("dx", { ...row, approximate: true }).tone, "good");
  assert.deepEqual(rowVerdict("dx", row), { text: "dx is not autograd's: a cell differs by 0.250", tone: "bad" });
  assert.match(rowVerdict("dx", { ...row, maxdiff: null }).text, /not finite/);
});

test("update:data is the logarithm of the update's spread over the parameter's", () => {
  const text = updateWords("W1", 0.1, 0.5, 0.05, false);
  assert.match(text, /by 0\.00500 \(standard deviation\)/);
  assert.match(text, /log₁₀\(update:data\) is −2\.00/);
});

test("before clipping it is said to be, and of what is not known or does not move nothing is told", () => {
  assert.match(updateWords("W1", 0.1, 0.5, 0.05, true), /before clipping/);
  assert.match(updateWords("W1", 0.1, 0.5, null, false), /once dW1 is known/);
  assert.doesNotMatch(updateWords("W1", 0, 0.5, 0.05, false), /update:data/);
});

test("each section folds and unfolds by itself, and the address has those that are folded", () => {
  assert.ok(areSections(""));
  assert.ok(!areSections("forward,nothing"));
  for (const name of SECTIONS) {
    const folded = fold("", name, true);
    assert.ok(areSections(folded));
    assert.deepEqual(SECTIONS.filter((each) => isFolded(folded, each)), [name]);
    assert.equal(fold(folded, name, false), "");
  }
  assert.equal(fold("proof", "forward", true), "forward,proof");
});
