/**
 * What a line does with the dimensions of its tensors: which are copied, reduced, multiplied. All of it is read from the
 * op's signature, the network's dimensions and the tensors' shapes; no op is known here by name.
 *
 * @import { Call, Network, Op } from "../../types/wire"
 *
 * @typedef {{ name: string, size: number }} Dimension  `B` and 32; what is broadcast is called 1.
 *
 * @typedef {"product" | "copied" | "reduced" | "looked up" | "reshaped" | "cells"} Use  How a line uses one input.
 *
 * @typedef {object} Fold  Where one side of a line has fewer numbers than the other: forwards one way, backwards the other.
 * @property {"copied" | "reduced" | "looked up"} use
 * @property {string} input
 * @property {Dimension[]} from  The input's dimensions.
 * @property {string} output
 * @property {Dimension[]} to
 * @property {Dimension[]} over  What is copied along, reduced, or looked up by.
 */

import { axesOf } from "../axes.js";

/**
 * Every value's dimensions, with the letters that mean the same in the whole network.
 * @param {Network} network @param {Op[]} ops @returns {Map<string, Dimension[]>}
 */
export function dimensionsOf(network, ops) {
  const { dimensions: { B, T } } = network;
  const shapes = new Map([["Xb", [B, T]], ["Yb", [B]]]);
  for (const { tensor, shape } of network.gradients) shapes.set(tensor, shape);
  for (const { output, shape } of network.calls) shapes.set(output, shape);
  const axes = axesOf(network, ops);
  return new Map([...shapes].map(([tensor, shape]) =>
    [tensor, shape.map((size, i) => ({ name: letterOf(axes.get(tensor)?.[i] ?? null, size), size }))]));
}

/** @param {string | null} axis  As `axesOf` has it. @param {number} size */
function letterOf(axis, size) {
  if (axis === null) return String(size);
  if (axis === "hidden unit") return "H";
  return axis.replace("unit of layer ", "H").replace("*", "·");
}

/** `B T·E` or, of none, `scalar`. @param {Dimension[]} dimensions */
export const letters = (dimensions) => dimensions.map(({ name }) => name).join(" ") || "scalar";

/** `32×30` @param {Dimension[]} dimensions */
export const sizes = (dimensions) => dimensions.map(({ size }) => size).join("×") || "1 number";

/** @param {Dimension[]} dimensions */
export const count = (dimensions) => dimensions.reduce((product, { size }) => product * size, 1);

/**
 * One call with its op's signature bound to its tensors: the reading that everything here starts from.
 * @param {Call} call @param {Op} op @param {Map<string, Dimension[]>} all
 */
export function bound(call, op, all) {
  const inputs = op.inputs.map(({ name, shape, differentiable }, i) => ({
    operand: name, differentiable, tensor: call.inputs[i].tensor, signature: split(shape),
    dimensions: all.get(call.inputs[i].tensor) ?? [],
  }));
  const output = { tensor: call.output, signature: split(op.output.shape), dimensions: all.get(call.output) ?? [] };
  return { inputs, output };
}

/** @typedef {ReturnType<typeof bound>} Bound */
/** @typedef {Bound["inputs"][number]} Input */

/** @param {string} shape */
const split = (shape) => shape.split(" ").filter(Boolean);

/** Letters that stand for something: what is broadcast is left out, and `T*E` is T and E. @param {string[]} signature */
export const lettersIn = (signature) => signature.flatMap((term) => term.split("*")).filter((letter) => letter !== "1");

/** @param {string[]} some @param {string[]} others */
const without = (some, others) => some.filter((letter) => !others.includes(letter));

/**
 * How a line uses an input, told by which letters of the output it lacks and which of its own the output lacks.
 * @param {Input} input @param {Bound} line @returns {Use}
 */
export function useOf(input, { inputs, output }) {
  const own = lettersIn(input.signature);
  const made = lettersIn(output.signature);
  const lacks = without(made, own);
  const loses = without(own, made);
  if (lacks.length && loses.length) {
    const index = inputs.some(({ differentiable, signature }) =>
      !differentiable && lacks.every((letter) => signature.includes(letter)));
    return index ? "looked up" : "product";
  }
  if (partner(input, inputs, made)) return "product";
  if (lacks.length) return "copied";
  if (loses.length) return "reduced";
  return input.signature.length === output.signature.length ? "cells" : "reshaped";
}

/** The input that it is multiplied with: both have a letter that the output lacks. @param {Input} input @param {Input[]} inputs @param {string[]} made */
export function partner(input, inputs, made) {
  const inner = without(lettersIn(input.signature), made);
  return inputs.find((other) => other !== input && other.differentiable && input.differentiable
    && inner.some((letter) => lettersIn(other.signature).includes(letter)));
}

/** The dimensions that an input shares with the output or not, by whether the other's signature has their letter.
 * @param {{ signature: string[], dimensions: Dimension[] }} one @param {{ signature: string[] }} other */
export function lacking(one, other) {
  const there = lettersIn(other.signature);
  return one.dimensions.filter((_, i) => one.signature[i] !== "1" && !there.includes(one.signature[i]));
}

/** Where a line copies, reduces or looks up, input by input. @param {Call} call @param {Op} op @param {Map<string, Dimension[]>} all @returns {Fold[]} */
export function foldsOf(call, op, all) {
  const line = bound(call, op, all);
  const { output } = line;
  return line.inputs.filter(({ differentiable }) => differentiable).flatMap((input) => {
    const use = useOf(input, line);
    if (use !== "copied" && use !== "reduced" && use !== "looked up") return [];
    const over = use === "reduced" ? lacking(input, output) : lacking(output, input);
    return [{ use, input: input.tensor, from: input.dimensions, output: output.tensor, to: output.dimensions, over }];
  });
}
