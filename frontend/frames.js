/**
 * A stream frame is one safetensors blob: 8 bytes of header length, a JSON header, then the arrays' little-endian
 * bytes. See https://github.com/huggingface/safetensors#format.
 */

/** @import { FrameInfo } from "./types/wire" */

/** @typedef {Float32Array | Float64Array | Int32Array | Uint8Array} TensorData */
/** @typedef {{ dtype: string, shape: number[], data: TensorData }} NamedArray */
/** @typedef {{ info: FrameInfo, arrays: Map<string, NamedArray> }} Frame */
/** @typedef {{ dtype: string, shape: number[], data_offsets: [number, number] }} Entry */

const LENGTH_BYTES = 8;

/**
 * How many bytes one element takes, and how to see a stretch of bytes as numbers.
 *
 * @type {Record<string, { bytes: number, view: (buffer: ArrayBuffer, start: number, count: number) => TensorData }>}
 */
const dtypes = {
  F32: { bytes: 4, view: (buffer, start, count) => new Float32Array(buffer, start, count) },
  F64: { bytes: 8, view: (buffer, start, count) => new Float64Array(buffer, start, count) },
  I32: { bytes: 4, view: (buffer, start, count) => new Int32Array(buffer, start, count) },
  // Plain numbers: Plotly shows nothing of a BigInt64Array, and no index of ours is above 2^53.
  I64: { bytes: 8, view: (buffer, start, count) => Float64Array.from(new BigInt64Array(buffer, start, count), Number) },
  U8: { bytes: 1, view: (buffer, start, count) => new Uint8Array(buffer, start, count) },
  BOOL: { bytes: 1, view: (buffer, start, count) => new Uint8Array(buffer, start, count) },
};

/**
 * The frame's description and its arrays by view id. Arrays are views of `blob`, copied only where they are not
 * aligned.
 *
 * @param {ArrayBuffer} blob
 * @returns {Frame}
 * @throws {Error} when `blob` is truncated or no safetensors blob with a frame in it
 */
export function decodeFrame(blob) {
  const { header, dataStart } = readHeader(blob);
  const { __metadata__: metadata, ...entries } = header;
  /** @type {Map<string, NamedArray>} */
  const arrays = new Map();
  for (const [name, entry] of Object.entries(entries)) arrays.set(name, readArray(blob, dataStart, name, entry));
  return { info: parse(metadata?.frame, "__metadata__.frame"), arrays };
}

/**
 * @param {ArrayBuffer} blob
 * @returns {{ header: Record<string, any>, dataStart: number }}
 */
function readHeader(blob) {
  if (blob.byteLength < LENGTH_BYTES) throw new Error(`Bad frame: ${blob.byteLength} bytes hold no header length.`);
  const length = new DataView(blob).getBigUint64(0, true);
  if (length > BigInt(blob.byteLength - LENGTH_BYTES)) {
    throw new Error(`Bad frame: a header of ${length} bytes does not fit into ${blob.byteLength} bytes.`);
  }
  const text = new TextDecoder().decode(new Uint8Array(blob, LENGTH_BYTES, Number(length)));
  return { header: parse(text, "the header"), dataStart: LENGTH_BYTES + Number(length) };
}

/**
 * @param {ArrayBuffer} blob
 * @param {number} dataStart
 * @param {string} name
 * @param {Entry} entry
 * @returns {NamedArray}
 */
function readArray(blob, dataStart, name, { dtype, shape, data_offsets: [from, to] = [NaN, NaN] }) {
  const kind = dtypes[dtype];
  if (!kind) throw new Error(`Bad frame: "${name}" has the unknown dtype ${dtype}.`);
  if (!Array.isArray(shape)) throw new Error(`Bad frame: "${name}" has no shape.`);
  const count = shape.reduce((product, length) => product * length, 1);
  if (to - from !== count * kind.bytes) {
    throw new Error(`Bad frame: "${name}" of shape [${shape}] does not take the ${to - from} bytes it has.`);
  }
  if (!(from >= 0 && dataStart + to <= blob.byteLength)) {
    throw new Error(`Bad frame: "${name}" ends at byte ${dataStart + to} of ${blob.byteLength}.`);
  }
  const start = dataStart + from;
  const aligned = start % kind.bytes === 0;
  const data = aligned ? kind.view(blob, start, count) : kind.view(blob.slice(start, dataStart + to), 0, count);
  return { dtype, shape, data };
}

/**
 * @param {string | undefined} text
 * @param {string} what
 */
function parse(text, what) {
  try {
    const value = JSON.parse(text ?? "");
    if (typeof value === "object" && value !== null) return value;
  } catch {
    // Told below, with what it was that could not be read.
  }
  throw new Error(`Bad frame: ${what} is no JSON object.`);
}
