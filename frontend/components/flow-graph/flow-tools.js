/**
 * What stands over the flow: how large it is, what is open of it, and the way to where the selected tensor is computed.
 *
 * @import { Store } from "../../store/store.js"
 * @import { PlacedNode } from "../../lib/flow/layout.js"
 * @import { FlowZoom } from "./flow-zoom.js"
 */

import { element, setText } from "../../lib/dom.js";
import { ZOOM } from "../../lib/flow/scale.js";

/** @param {string} text @param {string} title @param {() => void} onclick @param {Record<string, string>} [more] */
const tool = (text, title, onclick, more = {}) =>
  element("button", { type: "button", title, "aria-label": title, onclick, ...more }, text);

/** Where a node's value and gradient come about. @typedef {{ value: number | null, gradient: number | null }} Ops */

export class FlowTools {
  /** @type {Ops} */
  #ops = { value: null, gradient: null };
  #value;
  #gradient;
  #wide;
  #layers;

  /** @param {Store} store @param {FlowZoom} zoom */
  constructor({ actions, choices }, zoom) {
    const go = (/** @type {keyof Ops} */ what) => () => {
      const op = this.#ops[what];
      if (op !== null) actions.goTo(op);
    };
    this.#value = tool("→ op", "", go("value"), { class: "go", "data-go": "value" });
    this.#gradient = tool("→ d", "", go("gradient"), { class: "go", "data-go": "gradient" });
    this.#layers = tool("⊟", "", () => actions.choose("layers", this.#layers.dataset.next ?? "all"));
    this.#wide = tool("⇥", "",
      () => actions.choose("flow", choices.peek().flow === "wide" ? "on" : "wide"),
      { class: "wide" });
    this.root = element("div", { class: "tools", role: "toolbar", "aria-label": "The flow's drawing" },
      tool("−", "Smaller [−]", () => zoom.by(1 / ZOOM.step)),
      tool("fit", "Fit: as large as there is room for [0]", () => actions.choose("flowzoom", "fit")),
      tool("+", "Larger [+]", () => zoom.by(ZOOM.step)),
      this.#layers, this.#wide,
      element("span", { class: "ways" }, this.#value, this.#gradient));
  }

  /** @param {{ wide: boolean, groups: number, open: number, node: PlacedNode | null }} shown */
  show({ wide, groups, open, node }) {
    const close = open > 0;
    setText(this.#layers, close ? "⊟" : "⊞");
    describe(this.#layers, close ? "Close all parts: a node for each layer" : "Open all parts: a node for each tensor");
    this.#layers.dataset.next = close ? "none" : "all";
    this.#layers.hidden = groups === 0;
    setText(this.#wide, wide ? "⇤" : "⇥");
    describe(this.#wide, wide ? "Narrow: room for the panels" : "Wide: half of the page for the flow");
    this.#ops = {
      value: node && node.known > 0 ? node.known : null,
      gradient: node && node.gradientKnown < Infinity ? node.gradientKnown : null,
    };
    label(this.#value, node?.tensor, this.#ops.value);
    label(this.#gradient, node?.gradient, this.#ops.gradient);
  }
}

/** @param {HTMLElement} button @param {string} title */
function describe(button, title) {
  button.title = title;
  button.setAttribute("aria-label", title);
}

/** @param {HTMLButtonElement} button @param {string | null | undefined} name @param {number | null} op */
function label(button, name, op) {
  button.hidden = op === null;
  setText(button, `→ op ${op}`);
  describe(button, `Go to op ${op}, where ${name} becomes known`);
}
