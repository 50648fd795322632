/**
 * A dimension check as a small table: names above letters above sizes, with those marked that meet in a product.
 *
 * @import { Check, Operand } from "../../lib/card/dimension-checks.js"
 */

import { element } from "../../lib/dom.js";

/** @param {Check} check */
export function dimensionCheck({ operands, product, by, result, says }) {
  const cells = [
    ...operands.flatMap((operand, i) => [...(i ? [between(i === 1 && product ? "·" : ",")] : []), columnOf(operand)]),
    between("→", by && `${by} →`),
    columnOf(result),
  ];
  return element("div", { class: "dimensions" },
    element("table", {},
      element("tbody", {}, ...[0, 1, 2].map((row) => element("tr", {}, ...cells.map((column) => column[row]()))))),
    element("p", { class: "says" }, says));
}

/** Its three cells, from top to bottom. @param {Operand} operand */
function columnOf({ tensor, dimensions, transposed, inner }) {
  /** @param {"name" | "size"} what @param {string} joint @param {string} none */
  const terms = (what, joint, none) => dimensions.length
    ? dimensions.flatMap((dimension, i) => {
      const text = String(dimension[what]);
      return [...(i ? [joint] : []), i === inner ? element("mark", {}, text) : text];
    })
    : [none];
  return [
    () => element("td", { class: "name" }, tensor + (transposed ? "ᵀ" : "")),
    () => element("td", {}, ...terms("name", " ", "scalar")),
    () => element("td", {}, ...terms("size", "×", "1")),
  ];
}

/** @param {string} sign @param {string} [above]  Beside the names. */
const between = (sign, above = sign) => [above || sign, sign, sign].map((text) => () => element("td", { class: "sign" }, text));
