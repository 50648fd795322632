/**
 * The dimension check of a line: which sizes meet, which are summed over, and which shape must come out.
 *
 * @import { Call, Op } from "../../types/wire"
 * @import { Bound, Dimension, Input, Use } from "./dimensions.js"
 *
 * @typedef {object} Operand  A tensor as it stands in a check.
 * @property {string} tensor
 * @property {Dimension[]} dimensions  As they stand there: those of a transposed tensor the other way round.
 * @property {boolean} transposed
 * @property {number | null} inner  Which of them meets its partner's in a product.
 *
 * @typedef {object} Check  `h · W2, b2 → logits`
 * @property {Operand[]} operands
 * @property {boolean} product  Whether the first two are multiplied as matrices.
 * @property {string} by  What is done on the way to the result, where that is no product: "summed over B".
 * @property {Operand} result
 * @property {string} says
 */

import { whole } from "../format.js";
import { bound, count, lacking, letters, lettersIn, partner, useOf } from "./dimensions.js";

/** @param {string} tensor @param {Dimension[]} dimensions @returns {Operand} */
const plain = (tensor, dimensions) => ({ tensor, dimensions, transposed: false, inner: null });

/** The forward pass's check. @param {Call} call @param {Op} op @param {Map<string, Dimension[]>} all @returns {Check} */
export function forwardCheck(call, op, all) {
  const line = bound(call, op, all);
  const { inputs, output } = line;
  const uses = inputs.map((input) => useOf(input, line));
  const result = plain(output.tensor, output.dimensions);
  const copied = copiedIn(inputs.filter(({ differentiable }, i) => uses[i] === "copied" && differentiable), output);
  if (uses.includes("product")) {
    const [left, right] = inputs.filter((_, i) => uses[i] === "product");
    const pair = multiplied(left, right, output);
    const rest = inputs.filter((_, i) => uses[i] !== "product").map(({ tensor, dimensions }) => plain(tensor, dimensions));
    const says = [`Inner sizes match, ${met(pair[0])}: each cell of ${output.tensor} is a sum of ${
      whole(innerSize(pair[0]))} products.`, copied].filter(Boolean).join(" ");
    return { operands: [...pair, ...rest], product: true, by: "", result, says };
  }
  const operands = inputs.map(({ tensor, dimensions }) => plain(tensor, dimensions));
  const main = inputs.findIndex((_, i) => uses[i] !== "cells" && uses[i] !== "copied" && inputs[i].differentiable);
  const use = main < 0 ? "cells" : uses[main];
  const { by, says } = forwardWords(use, inputs[Math.max(main, 0)], line);
  return { operands, product: false, by, result, says: copied || says };
}

/** `bngain and bnbias are copied along all 32 examples.` @param {Input[]} inputs  All along the same. @param {Bound["output"]} output */
function copiedIn(inputs, output) {
  if (!inputs.length) return "";
  const tensors = inputs.map(({ tensor }) => tensor).join(" and ");
  return `${tensors} ${inputs.length > 1 ? "are" : "is"} copied along ${named(lacking(output, inputs[0]))}.`;
}

/** @param {Use} use @param {Input} input @param {Bound} line */
function forwardWords(use, input, { output }) {
  const over = lacking(input, output);
  switch (use) {
    case "reduced":
      return {
        by: `reduced over ${letters(over)}`,
        says: `${capital(named(over))} are reduced: ${whole(count(over))} numbers become one.`,
      };
    case "looked up": {
      const places = lacking(output, input);
      return {
        by: "rows picked",
        says: `Each of ${
          places.map(({ name }) => name).join(" · ")} = ${whole(count(places))} places picks one of the ${whole(over[0].size)} rows.`,
      };
    }
    case "reshaped":
      return { by: "", says: `The same ${whole(count(input.dimensions))} numbers: ${
        input.dimensions.map(({ size }) => size).join(" · ")} = ${output.dimensions.map(({ size }) => size).join(" · ")}.` };
    default:
      return { by: "", says: "The shape stays." };
  }
}

/**
 * The check of one backward rule: from the output's gradient to that of an input, which must have the input's shape.
 * @param {Call} call @param {Op} op @param {string} operand @param {Map<string, Dimension[]>} all @returns {Check}
 */
export function backwardCheck(call, op, operand, all) {
  const line = bound(call, op, all);
  const { inputs, output } = line;
  const input = /** @type {Input} */ (inputs.find((each) => each.operand === operand));
  const result = plain(`d${input.tensor}`, input.dimensions);
  const gradient = { ...output, tensor: `d${output.tensor}` };
  const use = useOf(input, line);
  if (use === "product") {
    const other = /** @type {Input} */ (partner(input, inputs, lettersIn(output.signature)));
    const pair = multiplied(other, gradient, input);
    const says = `${result.tensor} must be ${letters(input.dimensions)}, as ${input.tensor} is: ${
      pair.map(({ tensor, transposed }) => tensor + (transposed ? "ᵀ" : "")).join(" · ")} is the only product that is. ${
      capital(met(pair[0]))} ${pair[0].dimensions[1].name === "B" ? "examples are" : "is"} summed over.`;
    return { operands: pair, product: true, by: "", result, says };
  }
  const operands = [plain(gradient.tensor, output.dimensions)];
  return { operands, product: false, result, ...backwardWords(use, input, line) };
}

/** @param {Use} use @param {Input} input @param {Bound} line @returns {{ by: string, says: string }} */
function backwardWords(use, input, { output }) {
  switch (use) {
    case "copied": {
      const over = lacking(output, input);
      return {
        by: `Σ over ${letters(over)}`,
        says: `${input.tensor} was copied along ${named(over)}, so its gradient is the sum over them.`,
      };
    }
    case "reduced": {
      const over = lacking(input, output);
      return {
        by: `spread along ${letters(over)}`,
        says: `${capital(named(over))} were reduced to one number, so its gradient is spread over all of them.`,
      };
    }
    case "looked up":
      return { by: "rows added up", says: `A row of ${input.tensor} gets the sum of the gradients of all places that picked it.` };
    case "reshaped":
      return { by: "", says: `The same ${whole(count(input.dimensions))} numbers in ${input.tensor}'s shape.` };
    default:
      return { by: "", says: "The shape stays." };
  }
}

/**
 * Two matrices in the order, and each the way round, in which their product has the shape that is wanted.
 * @param {{ tensor: string, signature: string[], dimensions: Dimension[] }} one
 * @param {{ tensor: string, signature: string[], dimensions: Dimension[] }} other
 * @param {{ signature: string[] }} wanted @returns {[Operand, Operand]}
 */
function multiplied(one, other, { signature: [row, column] }) {
  const [left, right] = one.signature.includes(row) ? [one, other] : [other, one];
  return [turned(left, left.signature[0] !== row, 1), turned(right, right.signature[1] !== column, 0)];
}

/** @param {{ tensor: string, dimensions: Dimension[] }} matrix @param {boolean} transposed @param {number} inner @returns {Operand} */
const turned = ({ tensor, dimensions }, transposed, inner) =>
  ({ tensor, dimensions: transposed ? dimensions.toReversed() : dimensions, transposed, inner });

/** @param {Operand} left */
const innerSize = (left) => left.dimensions[1].size;

/** `T·E = 30` @param {Operand} left */
const met = (left) => `${left.dimensions[1].name} = ${whole(innerSize(left))}`;

/** What a letter counts, in words. @type {Record<string, string>} */
const COUNTED = { B: "examples", T: "places", E: "components", V: "characters" };

/** `all 32 examples and all 27 characters` @param {Dimension[]} dimensions */
const named = (dimensions) =>
  dimensions.map(({ name, size }) => `all ${whole(size)} ${COUNTED[name] ?? "units"}`).join(" and ");

/** @param {string} text */
const capital = (text) => text[0].toUpperCase() + text.slice(1);
