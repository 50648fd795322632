import assert from "node:assert/strict";
import { test } from "node:test";

import { stamp } from "../../frontend/components/live-plot/stamps.js";

/** Texts that were set, each with how its context stood then. @type {any[]} */
const set = [];

/** A canvas that measures every text as 40 × 10, on its baseline's middle. */
class Canvas {
  width = 0;
  height = 0;
  getContext() {
    const context = {
      textAlign: "left",
      measureText: () => {
        const left = /** @type {Record<string, number>} */ ({ center: 20, right: 40, left: 0 })[context.textAlign];
        return { actualBoundingBoxLeft: left, actualBoundingBoxRight: 40 - left, actualBoundingBoxAscent: 5, actualBoundingBoxDescent: 5 };
      },
      setTransform: () => {},
      fillText: (/** @type {string} */ line) => set.push({ line, ...context }),
    };
    return context;
  }
}
/** @type {any} */ (globalThis).OffscreenCanvas = Canvas;

/** Where pictures were put, and how large. @param {number} density */
function target(density) {
  /** @type {number[][]} */
  const put = [];
  const context = /** @type {any} */ ({
    getTransform: () => ({ a: density }),
    drawImage: (/** @type {unknown} */ _, /** @type {number[]} */ ...place) => put.push(place),
  });
  return { context, put };
}

const TEXT = { line: "e", font: "14px sans-serif", color: "#1a2027", align: /** @type {const} */ ("center") };

test("a text is set once and its picture put at each of its points", () => {
  set.length = 0;
  const { context, put } = target(1);
  stamp(context, TEXT, 100, 50);
  stamp(context, TEXT, 30, 20);
  assert.deepEqual(put, [[79, 44, 42, 12], [9, 14, 42, 12]]);
  assert.deepEqual(set.map(({ line, fillStyle, font }) => [line, fillStyle, font]), [["e", TEXT.color, TEXT.font]]);
});

test("on a denser screen the picture has more pixels and the same size", () => {
  const { context, put } = target(2);
  stamp(context, TEXT, 100, 50);
  assert.deepEqual(put, [[79, 44, 42, 12]]);
});

for (const [align, left] of /** @type {const} */ ([["right", 59], ["left", 99]])) {
  test(`text that is aligned ${align} of its point stands there`, () => {
    const { context, put } = target(1);
    stamp(context, { ...TEXT, align }, 100, 50);
    assert.equal(put[0][0], left);
  });
}

test("of texts that change all the time only so many are kept, and each is right", () => {
  set.length = 0;
  const { context, put } = target(1);
  for (let i = 0; i < 1000; i++) stamp(context, { ...TEXT, line: String(i) }, i, 0);
  stamp(context, { ...TEXT, line: "0" }, 5, 0);
  assert.equal(put.length, 1001);
  assert.deepEqual([set[0].line, set.at(-1).line, set.length], ["0", "0", 1001]);
});
