/** @import { TensorData } from "../../frontend/frames.js" */

import assert from "node:assert/strict";
import test from "node:test";

import { decodeFrame } from "../../frontend/frames.js";

/** @typedef {{ dtype: string, shape: number[], data: TensorData | BigInt64Array }} Written */

/**
 * A safetensors blob written by the format's description, independently of the decoder.
 *
 * @param {Record<string, Written>} arrays
 * @param {object} [frame]
 * @param {number} [pad]  how many spaces follow the header
 */
function blobOf(arrays, frame = { version: 1 }, pad = 0) {
  /** @type {Record<string, object>} */
  const header = { __metadata__: { frame: JSON.stringify(frame) } };
  let end = 0;
  for (const [name, { dtype, shape, data }] of Object.entries(arrays)) {
    header[name] = { dtype, shape, data_offsets: [end, (end += data.byteLength)] };
  }
  const text = new TextEncoder().encode(JSON.stringify(header) + " ".repeat(pad));
  const blob = new Uint8Array(8 + text.length + end);
  new DataView(blob.buffer).setBigUint64(0, BigInt(text.length), true);
  blob.set(text, 8);
  let start = 8 + text.length;
  for (const { data } of Object.values(arrays)) {
    blob.set(new Uint8Array(data.buffer), start);
    start += data.byteLength;
  }
  return blob.buffer;
}

const kinds = [
  { dtype: "F32", data: Float32Array.of(1.5, -2, NaN, Infinity), becomes: Float32Array },
  { dtype: "F64", data: Float64Array.of(1.1, -2, 1e300, 0), becomes: Float64Array },
  { dtype: "I32", data: Int32Array.of(-1, 0, 7, 2 ** 31 - 1), becomes: Int32Array },
  { dtype: "I64", data: BigInt64Array.of(-1n, 0n, 7n, 2n ** 52n), becomes: Float64Array },
  { dtype: "U8", data: Uint8Array.of(0, 1, 2, 255), becomes: Uint8Array },
  { dtype: "BOOL", data: Uint8Array.of(0, 1, 1, 0), becomes: Uint8Array },
];

for (const { dtype, data, becomes } of kinds) {
  // Every padding moves the data to another alignment.
  for (const pad of [0, 1, 2, 3, 4, 5, 6, 7]) {
    test(`${dtype} comes out as ${becomes.name} with a header of ${pad} more bytes`, () => {
      const { arrays } = decodeFrame(blobOf({ a: { dtype, shape: [2, 2], data } }, {}, pad));
      const a = arrays.get("a");
      assert.ok(a?.data instanceof becomes);
      assert.deepEqual([...a.data], [...data].map(Number));
      assert.deepEqual(a.shape, [2, 2]);
      assert.equal(a.dtype, dtype);
    });
  }
}

test("the frame's description is read from the metadata", () => {
  const frame = { version: 3, position: { step: 7, op: 1, ops: 2 }, views: {} };
  assert.deepEqual(decodeFrame(blobOf({}, frame)).info, frame);
});

test("several arrays keep their own stretch of the data, empty and scalar ones too", () => {
  const { arrays } = decodeFrame(
    blobOf({
      none: { dtype: "F32", shape: [0, 3], data: new Float32Array() },
      scalar: { dtype: "F32", shape: [], data: Float32Array.of(4) },
      more: { dtype: "F32", shape: [2], data: Float32Array.of(5, 6) },
    }),
  );
  assert.deepEqual(
    [...arrays].map(([name, { data }]) => [name, [...data]]),
    [
      ["none", []],
      ["scalar", [4]],
      ["more", [5, 6]],
    ],
  );
});

test("aligned arrays are views of the frame and not copies", () => {
  const data = Uint8Array.of(1, 2);
  const blob = blobOf({ a: { dtype: "U8", shape: [2], data } });
  assert.equal(decodeFrame(blob).arrays.get("a")?.data.buffer, blob);
});

const good = blobOf({ a: { dtype: "F32", shape: [2], data: Float32Array.of(1, 2) } });
const withText = (/** @type {string} */ text) => {
  const bytes = new TextEncoder().encode(text);
  const blob = new Uint8Array(8 + bytes.length);
  new DataView(blob.buffer).setBigUint64(0, BigInt(bytes.length), true);
  blob.set(bytes, 8);
  return blob.buffer;
};
const frame = '"__metadata__":{"frame":"{}"}';
const bad = {
  "nothing at all": new ArrayBuffer(0),
  "seven bytes": good.slice(0, 7),
  "a cut header": good.slice(0, 20),
  "cut data": good.slice(0, good.byteLength - 1),
  "a header length beyond all memory": new Uint8Array(16).fill(255).buffer,
  "a header that is no JSON": withText("{not json"),
  "a header that is no object": withText("17"),
  "no frame": withText("{}"),
  "an unknown dtype": withText(`{${frame},"a":{"dtype":"F7","shape":[0],"data_offsets":[0,0]}}`),
  "no shape": withText(`{${frame},"a":{"dtype":"F32","data_offsets":[0,0]}}`),
  "no offsets": withText(`{${frame},"a":{"dtype":"F32","shape":[0]}}`),
  "a shape that does not fit its bytes": withText(`{${frame},"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}}`),
  "negative offsets": withText(`{${frame},"a":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}`),
};
for (const [what, blob] of Object.entries(bad)) {
  test(`${what} is refused with a message`, () => {
    assert.throws(() => decodeFrame(blob), /^Error: Bad frame: /);
  });
}
