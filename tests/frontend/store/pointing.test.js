import assert from "node:assert/strict";
import { test } from "node:test";

import { cellsOf } from "../../../frontend/components/picture/pointing.js";
import { outside, readCell, unexplained, writtenCell } from "../../../frontend/lib/cells/cell.js";
import { agreement, precise, restBeyond, simplest, written } from "../../../frontend/lib/cells/explained.js";
import { DEFAULTS } from "../../../frontend/lib/page/choices.js";
import { computed, signal } from "../../../frontend/lib/signals.js";
import { createPointing, litBy } from "../../../frontend/store/pointing.js";
import { networkOf } from "../fake-server.js";

/** @param {import("../../../frontend/components/picture/pointing.js").Cells} cells */
const all = ({ rows, columns, cellAt }) =>
  Array.from({ length: rows * columns }, (_, i) => cellAt(Math.floor(i / columns), i % columns)?.join());

for (const [shape, block] of /** @type {[number[], [number, number] | null][]} */ ([
  [[3, 4], null], [[5], null], [[], null], [[2, 3, 4], null], [[2, 3, 4], [1, 5]], [[6, 4], [2, 2]],
])) {
  test(`every cell of a tensor of shape [${shape}], block ${block}, has one place in its picture`, () => {
    const cells = cellsOf("x", shape, { block });
    const places = all(cells);
    assert.equal(new Set(places).size, shape.reduce((product, size) => product * size, 1));
    for (let row = 0; row < cells.rows; row++) {
      for (let column = 0; column < cells.columns; column++) {
        const cell = cells.cellAt(row, column) ?? [];
        assert.deepEqual(cells.placesOf(cell), [{ row, column, rows: 1, columns: 1 }]);
      }
    }
    assert.equal(cells.cellAt(cells.rows, 0), null);
    assert.equal(cells.cellAt(0, -1), null);
  });
}

test("a whole row, a whole column and a whole slab are one place each", () => {
  const matrix = cellsOf("x", [3, 4]);
  assert.deepEqual(matrix.placesOf([2, null]), [{ row: 2, column: 0, rows: 1, columns: 4 }]);
  assert.deepEqual(matrix.placesOf([null, 1]), [{ row: 0, column: 1, rows: 3, columns: 1 }]);
  assert.deepEqual(cellsOf("emb", [2, 3, 4]).placesOf([1, null, null]), [{ row: 3, column: 0, rows: 3, columns: 4 }]);
  assert.deepEqual(cellsOf("emb", [2, 3, 4]).placesOf([null, 1, 2]).map(({ row, column }) => [row, column]), [[1, 2], [4, 2]]);
  assert.deepEqual(cellsOf("b", [5]).placesOf([null]), [{ row: 0, column: 0, rows: 1, columns: 5 }]);
});

test("where rows are sorted, a place is that of the true cell, and back", () => {
  const cells = cellsOf("dlogits", [3, 2], { order: [2, 0, 1] });
  assert.deepEqual(cells.cellAt(0, 1), [2, 1]);
  assert.deepEqual(cells.placesOf([2, 1]), [{ row: 0, column: 1, rows: 1, columns: 1 }]);
  assert.deepEqual(cells.placesOf([null, 1]).map(({ row }) => row).sort(), [0, 1, 2]);
});

for (const text of ["dlogits[3,12]", "loss", "dcounts.probs[0,1]", "dhprebn:direct[4,5]"]) {
  test(`${text} is read as it is written`, () => assert.equal(writtenCell(/** @type {any} */ (readCell(text))), text));
}

for (const text of ["", "dlogits[", "dlogits[a]", "dlogits[1,]", "a b", "dlogits[-1]"]) {
  test(`${JSON.stringify(text)} is no cell`, () => assert.equal(readCell(text), null));
}

test("what is not known yet is not asked about, nor what the network has not", () => {
  const network = networkOf(["h", "loss"], ["h"]);
  assert.match(unexplained("dh", network, 2), /not known yet at op 2: it will be at op 3/);
  assert.equal(unexplained("dh", network, 3), "");
  assert.match(unexplained("nothing", network, 3), /no nothing/);
});

test("a cell that a tensor does not have is not asked about", () => {
  const network = networkOf(["h", "loss"], ["h"]);
  assert.match(outside({ tensor: "dh", cell: [2, 0] }, network), /no such cell: it is 2 × 2/);
  assert.match(outside({ tensor: "h", cell: [1] }, network), /no such cell/);
  assert.equal(outside({ tensor: "dh.y", cell: [1, 1] }, network), "");
  assert.equal(outside({ tensor: "Xb", cell: [50, 2] }, network), "");
});

/** @param {Partial<import("../../../frontend/types/wire").ExplanationLine>} line @returns {any} */
const line = (line) => ({ kind: "value", tensor: "x", formula: "x[0] = a[0]", numbers: "1", total: 1, terms: [], rest: { count: 0, value: 0 }, ...line });

test("an equation is written with its numbers, and nothing twice", () => {
  assert.equal(written(line({ formula: "y[1] = (p[1] − 1) / 32", numbers: "(0.5 − 1) / 32", total: -0.015625 })),
    "y[1] = (p[1] − 1) / 32 = (0.5 − 1) / 32 = −0.01563");
  assert.equal(written(line({ formula: "y[1] = −1/32 · 1", numbers: "−1/32 · 1", total: -0.03125 })), "y[1] = −1/32 · 1 = −0.03125");
  assert.equal(written(line({ formula: "y[1] = x[1]", numbers: "0.25", total: 0.25 })), "y[1] = x[1] = 0.2500");
});

test("the shorter of sum and closed form is told first", () => {
  const sum = line({ formula: "dx[1] = dx.a[1] + dx.b[1]" });
  const closed = line({ kind: "closed form", formula: "dx[1] = p[1] / 2" });
  assert.equal(simplest([sum, closed]), closed);
  assert.equal(simplest([line({}), line({ kind: "closed form", formula: "dx[1] = much + longer" })])?.kind, "value");
  assert.equal(simplest([]), null);
});

test("addends that find no room are added to the rest", () => {
  const terms = /** @type {any[]} */ ([{ value: 3 }, { value: -2 }, { value: 0.5 }]);
  assert.deepEqual(restBeyond(line({ terms, rest: { count: 4, value: 1 } }), 1), { count: 6, value: -0.5 });
});

test("a value is written in seven figures, however small", () => {
  assert.deepEqual([0.0316274123, -5.0123456e-4, 0, -3, null].map(precise), ["0.03162741", "−5.012346e−4", "0", "−3", "–"]);
});

test("how well the addends come to the value is said", () => {
  assert.match(agreement(1, 1), /^Exactly/);
  assert.match(agreement(1, 1.5), /differ by 0.50/);
  assert.match(agreement(null, 1), /finite/);
});

/** A store's parts around pointing, a server that answers when told to, and time that passes when told to. */
function pointingAt({ op = 3, cell = "" } = {}) {
  const choices = signal({ ...DEFAULTS, cell });
  const info = signal(/** @type {any} */ ({ version: 1 }));
  const streaming = signal(false);
  const state = /** @type {any} */ ({
    pointed: signal(null), explanation: signal(null), choices, session: signal({ id: "s" }),
    network: signal(networkOf(["h", "loss"], ["h"])),
  });
  /** @type {any[]} */
  const asked = [];
  /** @type {(() => void)[]} */
  let due = [];
  /** @type {number[]} */
  const pauses = [];
  const pointing = createPointing({
    api: { explanation: async (_id, of, terms) => {
      asked.push({ tensor: of.tensor, cell: of.cell, terms });
      return /** @type {any} */ ({ ...of, text: of.tensor, value: 1, lines: [], sources: [{ tensor: "h", regions: [[0, null]] }] });
    } },
    state,
    derived: /** @type {any} */ ({ info, streaming, op: computed(() => op) }),
    choose: (name, value) => (choices.value = { ...choices.peek(), [name]: value }),
    now: () => 0,
    wait: (again, pause) => {
      due = [again];
      pauses.push(pause);
      return 1;
    },
  });
  /** Lets what waits come to pass. */
  async function pass() {
    const now = due;
    due = [];
    for (const again of now) again();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { pointing, state, asked, pauses, pass, info, streaming, choices };
}

test("what is pointed at is asked about once the mouse rests, and once only", async () => {
  const { pointing, asked, pauses, pass, state } = pointingAt();
  pointing.point("h", [0, 1]);
  pointing.point("h", [1, 0]);
  assert.deepEqual(asked, []);
  await pass();
  assert.deepEqual(asked.map(({ cell }) => cell), [[1, 0]]);
  assert.equal(pauses.at(-1), 80);
  assert.equal(state.explanation.peek().answer.text, "h");
  pointing.point("h", null);
  assert.equal(state.explanation.peek(), null);
  pointing.point("h", [1, 0]);
  await pass();
  assert.equal(asked.length, 1, "it was answered before");
});

test("of a newer state it is asked again", async () => {
  const { pointing, asked, pass, info } = pointingAt();
  pointing.pin("h", [0, 1]);
  await pass();
  info.value = { version: 2 };
  await pass();
  assert.equal(asked.length, 2);
});

test("while data streams, an answer stays long enough to be read", async () => {
  const { pointing, pauses, pass, info, streaming } = pointingAt();
  pointing.pin("h", [0, 1]);
  await pass();
  streaming.value = true;
  info.value = { version: 2 };
  assert.equal(pauses.at(-1), 400);
});

test("the pinned cell stays explained when the mouse leaves, and lets go when clicked again", async () => {
  const { pointing, state, pass, choices } = pointingAt();
  pointing.pin("h", [1, 1]);
  assert.equal(choices.peek().cell, "h[1,1]");
  pointing.point("loss", []);
  await pass();
  assert.equal(state.explanation.peek().of.tensor, "loss");
  pointing.point("loss", null);
  await pass();
  assert.equal(state.explanation.peek().of.tensor, "h");
  pointing.pin("h", [1, 1]);
  assert.equal(choices.peek().cell, "");
  assert.equal(state.explanation.peek(), null);
});

test("what is not known yet is said without asking the server", async () => {
  const { pointing, asked, state, pass } = pointingAt({ op: 1 });
  pointing.point("dh", [0, 0]);
  await pass();
  assert.deepEqual(asked, []);
  assert.match(state.explanation.peek().refusal, /not known yet/);
});

test("all addends are asked for where they are to be seen", async () => {
  const { pointing, asked, pass, choices } = pointingAt({ cell: "h[0,0]" });
  await pass();
  choices.value = { ...choices.peek(), answer: "long" };
  await pass();
  assert.deepEqual(asked.map(({ terms }) => terms), [8, 400]);
  assert.equal(pointing.derived.pinned.peek()?.tensor, "h");
});

test("the cell, the pinned one and what the value comes from light up", () => {
  const of = { tensor: "dW2", cell: [1, 2], block: /** @type {[number, number]} */ ([1, 1]) };
  const pinned = { tensor: "h", cell: [0, 0], block: /** @type {[number, number]} */ ([1, 1]) };
  const answer = /** @type {any} */ ({ cell: [1, 2], sources: [{ tensor: "h", regions: [[null, 1]] }] });
  const lit = litBy(of, pinned, { of, long: false, answer, refusal: "" });
  assert.deepEqual(lit.get("h"), [{ region: [null, 1], kind: "source" }, { region: [0, 0], kind: "pinned" }]);
  assert.deepEqual(lit.get("dW2"), [{ region: [1, 2], kind: "pointed" }]);
  assert.equal(litBy(null, null, null).size, 0);
});
