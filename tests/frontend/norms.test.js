import assert from "node:assert/strict";
import { test } from "node:test";

import { norms, readNorms } from "../../frontend/lib/views.js";

/** @param {string} id @param {number[]} data @returns {any} */
const frame = (id, data) => ({ info: { views: {} }, arrays: new Map([[id, { data: new Float32Array(data) }]]) });

test("equal wishes for norms have equal ids, others others", () => {
  assert.deepEqual(norms(["W1", "dW1"]), norms(["W1", "dW1"]));
  const ids = [["W1"], ["dW1"], ["W1", "dW1"], ["dW1", "W1"], ["W1,dW1", "x"]].map((tensors) => norms(tensors).id);
  assert.equal(new Set(ids).size, ids.length);
});

test("an id is short, however many tensors it is for", () => {
  assert.ok(norms(Array.from({ length: 512 }, (_, i) => `dbnvar_inv_${i}.bnraw_${i}`)).id.length < 40);
});

test("norms are read by tensor: what is not known is left out, what is not finite is not", () => {
  const view = norms(["h", "dh", "logits", "probs"]);
  assert.deepEqual(readNorms(frame(view.id, [0.5, -1, NaN, Infinity]), view),
    new Map([["h", 0.5], ["logits", NaN], ["probs", Infinity]]));
});

test("a frame that is older than the wish tells nothing", () => {
  assert.equal(readNorms(frame("another", []), norms(["h"])), null);
  assert.equal(readNorms(null, norms(["h"])), null);
});
