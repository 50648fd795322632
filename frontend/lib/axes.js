/**
 * What the rows and columns of each tensor are, read from the op table's signatures: `B` is the examples in every op,
 * while the `D` of one op is whatever its other tensors say it is. What no signature tells stays without a name.
 *
 * @import { Call, Network, Op } from "../types/wire"
 *
 * @typedef {string | null} Dimension  A letter that means the same everywhere, "unit …" or null.
 * @typedef {Map<string, Dimension[]>} Axes  The dimensions of each tensor.
 * @typedef {{ title: string, labels?: string[] }} Axis  What stands along one side of the tensor seen as a matrix.
 */

/** The letters that mean the same in all ops; all others are bound within one. @type {Record<string, string>} */
const TITLES = {
  B: "example in the batch",
  T: "place in the context",
  E: "component of the embedding",
  V: "character",
};
/** Where dimensions are run together, as in `T*E`. @type {Record<string, string>} */
const SHORT_TITLES = { B: "example", T: "place", E: "component" };
/** A linear layer's outputs: its units, where they are not the characters. */
const OUTPUTS = "O";

/**
 * The loss tells what a logit is, and a layer what its units are: so once from the end to the start, then forwards.
 * @param {Pick<Network, "calls">} network @param {Op[]} ops @returns {Axes}
 */
export function axesOf({ calls }, ops) {
  /** @type {Axes} */
  const axes = new Map();
  const layers = new Set(calls.flatMap(({ layer }) => layer ?? [])).size;
  for (const call of calls.toReversed()) bind(call, ops, axes, null);
  for (const call of calls) bind(call, ops, axes, layers > 1 ? `unit of layer ${call.layer}` : "hidden unit");
  return axes;
}

/**
 * What one call says of its tensors, given what is known of them.
 * @param {Call} call @param {Op[]} ops @param {Axes} axes @param {Dimension} unit  What its outputs are if not known.
 */
function bind(call, ops, axes, unit) {
  const op = ops.find(({ name }) => name === call.op);
  if (!op) return;
  const shapes = new Map([...op.inputs, op.output].map(({ name, shape }) => [name, shape.split(" ").filter(Boolean)]));
  const tensors = [...call.inputs, { operand: op.output.name, tensor: call.output }]
    .map(({ operand, tensor }) => ({ tensor, letters: shapes.get(operand) ?? [] }));
  /** @type {Map<string, Dimension>} */
  const meanings = new Map();
  for (const { tensor, letters } of tensors) {
    letters.forEach((letter, i) => {
      // What is broadcast in one operand has nothing to do with what is in another.
      if (letter !== "1") meanings.set(letter, meanings.get(letter) ?? axes.get(tensor)?.[i] ?? null);
    });
  }
  if (!meanings.get(OUTPUTS)) meanings.set(OUTPUTS, call.layer === null ? null : unit);
  for (const { tensor, letters } of tensors) {
    axes.set(tensor, letters.map((letter) => (isFixed(letter) ? letter : meanings.get(letter) ?? null)));
  }
}

/** @param {string} letter */
const isFixed = (letter) => letter.split("*").every((factor) => factor in TITLES);

/**
 * Rows and columns of a tensor seen as a matrix, whose cells may each stand for a block of it.
 * @param {Dimension[]} dimensions @param {number[]} shape
 * @param {object} seen
 * @param {readonly [number, number] | null} seen.block
 * @param {string[]} seen.characters
 * @param {number} seen.embedding  E
 * @returns {{ rows: Axis, columns: Axis }}
 */
export function matrixAxes(dimensions, shape, { block, characters, embedding }) {
  const all = shape.map((size, i) => factors(dimensions[i] ?? null, size, embedding));
  // Sent whole, all dimensions but the last run down the rows; in blocks, all but the first run along the columns.
  const split = block && shape.length > 1 ? 1 : Math.max(0, shape.length - 1);
  const [rowsPerCell, columnsPerCell] = block ?? [1, 1];
  return {
    rows: axis(all.slice(0, split).flat(), rowsPerCell, "row", characters),
    columns: axis(all.slice(split).flat(), columnsPerCell, "column", characters),
  };
}

/** @typedef {{ name: Dimension, size: number }} Factor */

/** @param {Dimension} name @param {number} size @param {number} embedding @returns {Factor[]} */
function factors(name, size, embedding) {
  if (name !== "T*E") return [{ name, size }];
  return [{ name: "T", size: size / embedding }, { name: "E", size: embedding }];
}

/**
 * @param {Factor[]} dimensions @param {number} perCell @param {string} unnamed @param {string[]} characters
 * @returns {Axis}
 */
function axis(dimensions, perCell, unnamed, characters) {
  const names = dimensions.flatMap(({ name }) => name ?? []);
  // Where one of them has no name, the others would be claimed of the whole.
  if (!names.length || names.length < dimensions.length) return { title: unnamed };
  if (names.length === 1 && names[0] !== "V") return { title: TITLES[names[0]] ?? names[0] };
  const title = names.length === 1 ? TITLES[names[0]] : names.map((name) => SHORT_TITLES[name] ?? name).join(" · ");
  const count = dimensions.reduce((product, { size }) => product * size, 1);
  const cells = Math.ceil(count / perCell);
  return { title, labels: Array.from({ length: cells }, (_, cell) => label(cell * perCell, dimensions, characters)) };
}

/**
 * The place along each dimension: `3·1`.
 * @param {number} index @param {Factor[]} dimensions @param {string[]} characters
 */
function label(index, dimensions, characters) {
  const places = [];
  for (const { name, size } of dimensions.toReversed()) {
    const place = index % size;
    places.unshift(name === "V" ? (characters[place] ?? String(place)) : String(place));
    index = Math.floor(index / size);
  }
  return places.join("·");
}
