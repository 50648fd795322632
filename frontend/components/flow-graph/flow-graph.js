/**
 * The ops of a step in order, with the one that was done last marked, and what is not known yet set back.
 *
 * @import { Store } from "../../store.js"
 * @import { Network } from "../../types/wire"
 * @import { Moment } from "../../lib/moments.js"
 * @import { Selection } from "../../lib/selection.js"
 */

import { element } from "../../lib/dom.js";
import { View } from "../../lib/view.js";
import { selected } from "../../lib/selection.js";

/** Parameters and the minibatch, in the order of their use: what no op computes. @param {Network} network */
function givenTensors({ calls }) {
  const computed = new Set(calls.map(({ output }) => output));
  const used = calls.flatMap(({ inputs }) => inputs.map(({ tensor }) => tensor));
  return [...new Set(used)].filter((tensor) => !computed.has(tensor));
}

export class FlowGraph extends View {
  #given = element("div", { class: "given" });
  #forward = element("ol", { "aria-label": "Forward" });
  #backward = element("ol", { "aria-label": "Backward" });
  #scroll = element("div", { class: "scroll" });
  /** @type {{ moment: Moment, button: HTMLButtonElement }[]} */
  #rows = [];
  /** @type {Moment[]} Those that the rows are of. */
  #moments = [];
  #op = -1;

  /** @override */
  build() {
    this.#scroll.append(
      element("h4", {}, "Parameters and minibatch"), this.#given,
      element("h4", {}, "Forward"), this.#forward,
      element("h4", {}, "Backward"), this.#backward,
    );
    this.append(this.#scroll);
    this.addEventListener("keydown", (event) => this.#moveFocus(event));
    // Where it was not to be seen, or of another height, the row has yet to be brought into sight.
    new ResizeObserver(() => this.#reveal(this.#op)).observe(this.#scroll);
  }

  /** @override @param {Store} store */
  update(store) {
    const moments = store.moments.value;
    if (moments !== this.#moments) this.#list(store);
    this.#moments = moments;
    this.#select(selected(store));
    const op = store.op.value;
    this.#mark(op);
    // Only when it moves: a row that was clicked must stay under the mouse.
    if (op !== this.#op) this.#reveal(op);
    this.#op = op;
  }

  /** @param {Store} store */
  #list({ moments, network, actions }) {
    this.#rows = moments.value.map((moment) => ({
      moment,
      button: element("button", {
        type: "button", class: "op", title: moment.code, "data-op": String(moment.op),
        onclick: () => actions.inspect(moment.tensor, moment.contribution ?? ""),
      }, element("span", { class: "number" }, String(moment.op)), element("code", {}, moment.label)),
    }));
    for (const list of [this.#forward, this.#backward]) {
      const rows = this.#rows.filter(({ moment }) => (moment.pass === "backward") === (list === this.#backward));
      list.replaceChildren(...rows.map(({ button }) => element("li", {}, button)));
    }
    const given = network.value ? givenTensors(network.value) : [];
    this.#given.replaceChildren(...given.map((tensor) => element("button", {
      type: "button", class: "tensor", "data-tensor": tensor, onclick: () => actions.inspect(tensor),
    }, tensor)));
  }

  /**
   * Marks what is inspected. Of all rows only that one is reached by the tab key, the others by arrows.
   * @param {Selection} selection
   */
  #select({ tensor, contribution }) {
    for (const { moment, button } of this.#rows) {
      const chosen = moment.tensor === tensor && (moment.contribution ?? "") === contribution;
      button.setAttribute("aria-pressed", String(chosen));
      button.tabIndex = chosen ? 0 : -1;
    }
    for (const button of this.#given.querySelectorAll("button")) {
      button.setAttribute("aria-pressed", String(button.dataset.tensor === tensor));
    }
    if (!this.#rows.some(({ button }) => button.tabIndex === 0)) this.#rows[0]?.button.setAttribute("tabindex", "0");
  }

  /** Marks the op that was done last, and what is not known yet. @param {number} op */
  #mark(op) {
    for (const { moment, button } of this.#rows) {
      button.dataset.state = moment.op > op ? "unknown" : moment.op === op ? "current" : "known";
      if (moment.op === op) button.setAttribute("aria-current", "step");
      else button.removeAttribute("aria-current");
    }
  }

  /** Scrolls the list, not the page. @param {number} op */
  #reveal(op) {
    const place = this.#rows.find(({ moment }) => moment.op === op)?.button.getBoundingClientRect();
    if (!place) return;
    const { top, bottom } = this.#scroll.getBoundingClientRect();
    if (place.top < top) this.#scroll.scrollTop -= top - place.top + place.height;
    if (place.bottom > bottom) this.#scroll.scrollTop += place.bottom - bottom + place.height;
  }

  /** @param {KeyboardEvent} event */
  #moveFocus(event) {
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
    const here = this.#rows.findIndex(({ button }) => button === event.target);
    if (!step || here < 0) return;
    event.preventDefault();
    this.#rows[here + step]?.button.focus();
  }
}

customElements.define("flow-graph", FlowGraph);
