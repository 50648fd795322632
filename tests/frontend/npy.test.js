import assert from "node:assert/strict";
import { test } from "node:test";

import { decodeNpy } from "../../frontend/lib/npy.js";

/**
 * As numpy.save writes it.
 * @param {number[]} numbers @param {string} shape @param {{ order?: string, type?: string }} [options]
 */
function written(numbers, shape, { order = "False", type = "<f4" } = {}) {
  const text = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${shape}), }`.padEnd(117) + "\n";
  const header = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, text.length, 0, ...new TextEncoder().encode(text)];
  const bytes = new Uint8Array([...header, ...new Uint8Array(Float32Array.from(numbers).buffer)]);
  return bytes.buffer;
}

test("numbers come row by row with their shape", () => {
  const { shape, data } = decodeNpy(written([1, 2, 3, 4, 5, 6], "2, 3"));
  assert.deepEqual([shape, [...data]], [[2, 3], [1, 2, 3, 4, 5, 6]]);
});

test("a transposed tensor, which is written column by column, comes row by row too", () => {
  const { shape, data } = decodeNpy(written([1, 4, 2, 5, 3, 6], "2, 3", { order: "True" }));
  assert.deepEqual([shape, [...data]], [[2, 3], [1, 2, 3, 4, 5, 6]]);
});

test("so do three dimensions", () => {
  const numbers = Array.from({ length: 24 }, (_, i) => i);
  const byColumn = Array.from({ length: 24 }, (_, i) => 12 * (i % 2) + 4 * (Math.floor(i / 2) % 3) + Math.floor(i / 6));
  assert.deepEqual([...decodeNpy(written(byColumn, "2, 3, 4", { order: "True" })).data], numbers);
});

test("a vector and a scalar have their shapes", () => {
  assert.deepEqual(decodeNpy(written([1, 2], "2,")).shape, [2]);
  assert.deepEqual(decodeNpy(written([1], "")).shape, []);
});

test("NaN and infinities stay what they are", () => {
  assert.deepEqual([...decodeNpy(written([NaN, Infinity, -0], "3,")).data], [NaN, Infinity, -0]);
});

test("what is no npy file of float32, or is cut off, is refused", () => {
  assert.throws(() => decodeNpy(new ArrayBuffer(80)), /no npy file/);
  assert.throws(() => decodeNpy(written([1], "1,", { type: "<i8" })), /float32/);
  assert.throws(() => decodeNpy(written([1, 2, 3], "2, 2")), /cut off after 3/);
});
