/**
 * An npy file: a line of Python that says what it holds, and then the numbers.
 * See https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html.
 *
 * @typedef {{ shape: number[], data: Float32Array }} NpyArray  Row by row.
 */

const MAGIC = [0x93, ..."NUMPY"].map((each) => (typeof each === "string" ? each.charCodeAt(0) : each));

/**
 * @param {ArrayBuffer} buffer
 * @returns {NpyArray}
 * @throws {Error} when it is no npy file of float32, or is cut off
 */
export function decodeNpy(buffer) {
  const bytes = new Uint8Array(buffer);
  if (MAGIC.some((byte, i) => bytes[i] !== byte)) throw new Error("This is no npy file.");
  const view = new DataView(buffer);
  const [length, begin] = bytes[6] === 1 ? [view.getUint16(8, true), 10] : [view.getUint32(8, true), 12];
  const header = new TextDecoder("latin1").decode(bytes.subarray(begin, begin + length));
  const shape = (/'shape': \(([^)]*)\)/.exec(header)?.[1] ?? "").split(",").filter((text) => text.trim()).map(Number);
  if (!header.includes("'descr': '<f4'")) throw new Error(`An npy file of float32 is wanted, not of ${header}`);
  const count = shape.reduce((product, size) => product * size, 1);
  // Copied, since the numbers need not begin where float32 may.
  const data = new Float32Array(buffer.slice(begin + length, begin + length + 4 * count));
  if (data.length !== count) throw new Error(`An npy file of ${count} numbers is cut off after ${data.length}.`);
  return { shape, data: header.includes("'fortran_order': True") ? rowByRow(data, shape) : data };
}

/** What was written with its first dimension running fastest. @param {Float32Array} data @param {number[]} shape */
function rowByRow(data, shape) {
  const strides = shape.map((_, i) => shape.slice(0, i).reduce((product, size) => product * size, 1));
  const index = shape.map(() => 0);
  return data.map(() => {
    const value = data[index.reduce((place, at, i) => place + at * strides[i], 0)];
    for (let i = shape.length - 1; i >= 0 && ++index[i] === shape[i]; i--) index[i] = 0;
    return value;
  });
}
