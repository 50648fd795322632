/** @import { Call, Op } from "../../frontend/types/wire" */

import assert from "node:assert/strict";
import { test } from "node:test";

import { axesOf, matrixAxes } from "../../frontend/lib/axes.js";

const CHARACTERS = [".", "a", "b", "c"];

/** @param {string} name @param {string} inputs  such as "x: B I, W: I O" @param {string} output @returns {Op} */
function op(name, inputs, output) {
  const operands = inputs.split(", ").map((input) => input.split(":").map((part) => part.trim()));
  const rest = { title: "", forward: { formula: { latex: "", mathml: "" }, code: "" }, backward: [], why: "", sources: [] };
  const named = operands.map(([operand, shape]) => ({ name: operand, shape, differentiable: true, meaning: null }));
  return { name, ...rest, inputs: named, output: { name: "y", shape: output } };
}

const OPS = [
  op("embedding", "C: V E, X: B T", "B T E"),
  op("flatten", "x: B T E", "B T*E"),
  op("linear", "x: B I, W: I O, b: O", "B O"),
  op("batch_mean", "x: B D", "1 D"),
  op("subtract_row", "a: B D, b: 1 D", "B D"),
  op("tanh", "x: B D", "B D"),
  op("row_sum", "x: B D", "B 1"),
  op("reciprocal", "x: B D", "B D"),
  op("multiply_column", "a: B D, b: B 1", "B D"),
  op("negative_log_likelihood", "logprobs: B V, Y: B", ""),
];

/** @param {string} line  `output = op(input, …)` @param {number | null} [layer] @returns {Call} */
function call(line, layer = null) {
  const [, output, name, inputs] = /** @type {RegExpExecArray} */ (/(\w+) = (\w+)\((.*)\)/.exec(line));
  const operands = OPS.find((each) => each.name === name)?.inputs ?? [];
  const tensors = inputs.split(", ").map((tensor, i) => ({ operand: operands[i].name, tensor }));
  return { index: 0, op: name, layer, part: "", inputs: tensors, output, shape: [], code: "", known_at: 1 };
}

const LAYER = [
  "hprebn = linear(embcat, W1, b1)",
  "mean = batch_mean(hprebn)",
  "diff = subtract_row(hprebn, mean)",
  "h = tanh(diff)",
].map((line) => call(line, 1));
const EMBEDDING = ["emb = embedding(C, Xb)", "embcat = flatten(emb)"].map((line) => call(line));
/** @param {string} h @param {number} last */
const output = (h, last) => [
  `counts = linear(${h}, W${last}, b${last})`,
  "sum = row_sum(counts)",
  "inverse = reciprocal(sum)",
  "logprobs = multiply_column(counts, inverse)",
  "loss = negative_log_likelihood(logprobs, Yb)",
].map((line) => call(line));
const CALLS = [...EMBEDDING, ...LAYER, ...output("h", 2)];

/** As many hidden units as examples: no size tells them apart. */
const SHAPES = { B: 4, T: 3, E: 2, H: 4, V: 4 };
const AXES = axesOf({ calls: CALLS }, OPS);

/** @param {string} tensor @param {number[]} shape @param {[number, number] | null} [block] */
function seen(tensor, shape, block = null) {
  return matrixAxes(AXES.get(tensor) ?? [], shape, { block, characters: CHARACTERS, embedding: SHAPES.E });
}

const { B, T, E, H, V } = SHAPES;
/** @type {[tensor: string, shape: number[], rows: string, columns: string][]} */
const matrices = [
  ["Xb", [B, T], "example in the batch", "place in the context"],
  ["Yb", [B], "row", "example in the batch"],
  ["C", [V, E], "character", "component of the embedding"],
  ["emb", [B, T, E], "example · place", "component of the embedding"],
  ["embcat", [B, T * E], "example in the batch", "place · component"],
  ["W1", [T * E, H], "place · component", "hidden unit"],
  ["b1", [H], "row", "hidden unit"],
  ["mean", [1, H], "row", "hidden unit"],
  ["h", [B, H], "example in the batch", "hidden unit"],
  ["W2", [H, V], "hidden unit", "character"],
  ["b2", [V], "row", "character"],
  ["counts", [B, V], "example in the batch", "character"],
  ["sum", [B, 1], "example in the batch", "column"],
  ["inverse", [B, 1], "example in the batch", "column"],
  ["logprobs", [B, V], "example in the batch", "character"],
  ["loss", [], "row", "column"],
  ["no such tensor", [B, B], "row", "column"],
];
for (const [tensor, shape, rows, columns] of matrices) {
  test(`the rows of ${tensor} are called "${rows}", its columns "${columns}"`, () => {
    const axes = seen(tensor, shape);
    assert.deepEqual([axes.rows.title, axes.columns.title], [rows, columns]);
  });
}

test("characters are labelled as such, in rows and columns", () => {
  assert.deepEqual(seen("C", [V, E]).rows.labels, CHARACTERS);
  assert.deepEqual(seen("W2", [H, V]).columns.labels, CHARACTERS);
});

test("what is counted only needs no labels", () => assert.equal(seen("h", [B, H]).rows.labels, undefined));

test("dimensions run together are labelled by each", () => {
  assert.deepEqual(seen("emb", [2, T, E]).rows.labels, ["0·0", "0·1", "0·2", "1·0", "1·1", "1·2"]);
  assert.deepEqual(seen("W1", [T * E, H]).rows.labels, ["0·0", "0·1", "1·0", "1·1", "2·0", "2·1"]);
});

test("a tensor sent in blocks is cut after its first dimension, and each block is labelled by its first cell", () => {
  const { rows, columns } = seen("emb", [B, T, E], [2, 4]);
  assert.deepEqual([rows, columns.title, columns.labels],
    [{ title: "example in the batch" }, "place · component", ["0·0", "2·0"]]);
});

test("units of several layers are told apart", () => {
  const second = [call("h2 = linear(h, W2, b2)", 2)];
  const axes = axesOf({ calls: [...EMBEDDING, ...LAYER, ...second, ...output("h2", 3)] }, OPS);
  assert.deepEqual(axes.get("W2"), ["unit of layer 1", "unit of layer 2"]);
  assert.deepEqual(axes.get("W3"), ["unit of layer 2", "V"]);
});
