/**
 * Where there is room for it: each tensor's shape, how large it is, and how large its gradient is.
 *
 * @import { Layout, PlacedNode } from "../../lib/flow/layout.js"
 * @import { Shown } from "./flow-drawing.js"
 */

import { drawing, setText } from "../../lib/dom.js";
import { number, shape } from "../../lib/format.js";

export const COLUMNS_WIDTH = 220;
export const HEADINGS = 20;

/** Where each ends, from the layout's right edge. */
const ENDS = { shape: 76, value: 128, gradient: 212 };

/** @param {number} x @param {number} y @param {string} className */
const cell = (x, y, className) =>
  drawing("text", { x: String(x), y: String(y), class: className, "text-anchor": "end" });

export class FlowColumns {
  /** @type {Map<PlacedNode, { value: SVGTextElement, gradient: SVGTextElement }>} */
  #cells = new Map();

  /** @param {Layout} layout */
  constructor({ nodes, width }) {
    this.root = drawing("g", { class: "columns", "aria-hidden": "true" });
    for (const [column, text] of Object.entries({ shape: "shape", value: "RMS", gradient: "gradient RMS" })) {
      const heading = cell(width + ENDS[/** @type {keyof typeof ENDS} */ (column)], -8, "heading");
      heading.textContent = text;
      this.root.append(heading);
    }
    for (const node of nodes) {
      if (node.kind === "given") continue;
      const [size, value, gradient] = [ENDS.shape, ENDS.value, ENDS.gradient]
        .map((end) => cell(width + end, node.y + 4, "cell"));
      size.textContent = shape(node.shape);
      this.#cells.set(node, { value, gradient });
      this.root.append(size, value, gradient);
    }
  }

  /** @param {PlacedNode} node @param {Shown} shown */
  paint(node, { norms, op }) {
    const cells = this.#cells.get(node);
    if (!cells) return;
    const [value, gradient] = [norms.get(node.tensor), norms.get(node.gradient ?? "")];
    setText(cells.value, op >= node.known && value !== undefined ? number(value, 3) : "");
    setText(cells.gradient, op >= node.gradientKnown && gradient !== undefined ? number(gradient, 3) : "");
  }
}
