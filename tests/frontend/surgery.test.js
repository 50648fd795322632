import assert from "node:assert/strict";
import { test } from "node:test";

import { cellsText, cutOf, cutText, operable, presets, readCell, relativeText, shapeOf, shownViews } from "../../frontend/lib/laboratory/surgery.js";

/** @type {any} */
const NETWORK = {
  parameters: [{ name: "W1", shape: [3, 4] }, { name: "W2", shape: [4, 5] }, { name: "b2", shape: [5] }],
  calls: [
    { output: "h", shape: [2, 4], inputs: [{ tensor: "W1" }] }, { output: "bnmeani", shape: [1, 4], inputs: [] },
    { output: "bnvar", shape: [1, 4], inputs: [] },
    { output: "logits", shape: [2, 5], inputs: [{ tensor: "h" }, { tensor: "W2" }, { tensor: "b2" }] },
    { output: "loss", shape: [], inputs: [] },
  ],
  gradients: [{ name: "dlogits", shape: [2, 5] }, { name: "dh", shape: [2, 4] }],
  batch_norms: [{ mean: "bnmeani", variance: "bnvar" }],
};
const names = (/** @type {any} */ kind) => operable(NETWORK, kind).map(({ value }) => value);

test("each kind of cut has the tensors that it can be made to, and none has the loss", () => {
  assert.deepEqual(names("freeze"), ["W1", "W2", "b2"]);
  assert.deepEqual(names("detach"), ["h", "bnmeani", "bnvar", "logits", "W1", "W2", "b2"]);
  assert.deepEqual(names("scale"), ["W1", "W2", "b2", "h", "bnmeani", "bnvar", "logits", "dlogits", "dh"]);
  assert.deepEqual(names("set"), names("scale"));
});

test("the shape is found whatever kind of tensor it is", () => {
  assert.deepEqual(["W2", "h", "dlogits", "nothing"].map((name) => shapeOf(NETWORK, name)), [[4, 5], [2, 4], [2, 5], []]);
});

test("a cell is an index for each dimension", () => {
  assert.deepEqual(["0,3", " 1 , 2 ", "7"].map(readCell), [[0, 3], [1, 2], [7]]);
  assert.deepEqual(["", "1,", "-1,0", "a", "1;2", "1.5"].map(readCell), [null, null, null, null, null, null]);
});

/** @param {object} filled @returns {any} */
const cut = (filled) => cutOf({ kind: "scale", tensor: "h", cell: "", number: "2", ...filled });

test("what is filled in becomes a cut", () => {
  assert.deepEqual(cut({}), { cut: { kind: "scale", tensor: "h", factor: 2, cell: null } });
  assert.deepEqual(cut({ cell: "0, 3" }), { cut: { kind: "scale", tensor: "h", factor: 2, cell: [0, 3] } });
  assert.deepEqual(cut({ kind: "set", cell: "1,1", number: "-0.5" }), { cut: { kind: "set", tensor: "h", cell: [1, 1], value: -0.5 } });
  assert.deepEqual(cut({ kind: "detach", number: "" }), { cut: { kind: "detach", tensor: "h" } });
});

test("what is no cut says why", () => {
  assert.equal(cut({ number: "much" }).problem, "The factor must be a finite number, got “much”.");
  assert.equal(cut({ kind: "set", cell: "0,0", number: " " }).problem, "The number must be a finite number, got “ ”.");
  assert.equal(cut({ cell: "first" }).problem, "A cell is an index for each dimension, such as 0, 3; got “first”.");
  assert.equal(cut({ kind: "set" }).problem, "A cell is an index for each dimension, such as 0, 3; got “”.");
});

test("a cut is told in few words", () => {
  assert.equal(cutText({ kind: "detach", tensor: "h" }), "detach h");
  assert.equal(cutText({ kind: "scale", tensor: "h", factor: 2, cell: null }), "h × 2.000");
  assert.equal(cutText({ kind: "set", tensor: "dh", cell: [1, 2], value: 0 }), "dh[1, 2] = 0");
});

test("presets are of what the network has", () => {
  assert.deepEqual(presets(NETWORK).map(({ cuts }) => cuts.map(cutText)), [
    ["detach bnmeani"], ["detach bnvar"], ["freeze W1"], ["freeze W2", "freeze b2"], ["dlogits × 2.000"],
  ]);
  assert.equal(presets({ ...NETWORK, batch_norms: [] }).length, 3);
});

const difference = (/** @type {object} */ parts) => ({ name: "dh", cells: 3, of: 8, largest: 1, relative: 0.5, ...parts });

test("how much of a tensor has changed is told in cells and in percent of its largest", () => {
  assert.equal(cellsText(difference({})), "3 of 8 cells");
  assert.equal(cellsText(difference({ cells: 8 })), "all 8 cells");
  assert.equal(cellsText(difference({ cells: 1, of: 1 })), "its one cell");
  assert.deepEqual([null, 9e6, 12.4, 0.5, 1e-5].map((relative) => relativeText(difference({ relative }))), ["was zero", "> ×999", "×12", "50.0 %", "< 0.1 %"]);
});

test("a tensor that was asked for is seen before, after, and as the change; what is not finite stays so", () => {
  const views = shownViews({ name: "dh", block: [1, 1], before: [[1, 2]], after: [[1, null]], difference: [[0, null]] }, [1, 2]);
  assert.deepEqual(views.map(({ data }) => [...data]), [[1, 2], [1, NaN], [0, NaN]]);
  assert.deepEqual([views[0].rows, views[0].columns, views[0].info.block], [1, 2, undefined]);
  assert.deepEqual(shownViews({ name: "dh", block: [2, 3], before: [[1]], after: [[1]], difference: [[0]] }, [2, 3])[0].info.block, [2, 3]);
});
