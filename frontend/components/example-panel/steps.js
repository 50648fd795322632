/** Which example of the minibatch is on show, and the ways to another one. */

import { element, setText } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";

/** @type {Record<string, 1 | -1>} */
const ARROWS = { ArrowUp: -1, ArrowDown: 1 };

export class Steps {
  #last = element("button", {
    type: "button", id: "example-before", "aria-label": "Example above", title: "Example above [↑]",
    onclick: () => this.onStep(-1),
  }, "↑");
  #next = element("button", {
    type: "button", id: "example-after", "aria-label": "Example below", title: "Example below [↓]",
    onclick: () => this.onStep(1),
  }, "↓");
  #row = element("input", {
    type: "text", inputmode: "numeric", id: "example-row", "aria-label": "Example, by its row in the minibatch",
    size: "4", autocomplete: "off", onchange: () => this.#choose(),
  });
  #batch = element("span", { class: "batch" });
  #shown = 0;
  #size = 1;

  /** @type {(row: number) => void} */
  onChoose = () => {};
  /** To the neighbour in the order in which they stand. @type {(by: 1 | -1) => void} */
  onStep = () => {};

  get nodes() {
    const parts = [this.#last, this.#row, this.#batch, this.#next];
    return [element("div", { class: "steps", role: "group", "aria-label": "Example" }, ...parts)];
  }

  /** @param {number} row @param {number} batch */
  show(row, batch) {
    if (document.activeElement !== this.#row || this.#shown !== row) this.#row.value = String(row);
    this.#shown = row;
    this.#size = batch;
    setText(this.#batch, `of ${whole(batch)}`);
    this.#row.title = `Rows are numbered 0 to ${whole(batch - 1)}, as everywhere.`;
  }

  /** Up and down lead to the neighbours. @param {KeyboardEvent} event */
  press(event) {
    const by = ARROWS[event.key];
    const isOther = event.target instanceof Element && event.target.closest("select, live-plot");
    if (!by || isOther || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    this.onStep(by);
  }

  /** What makes no sense leaves the example as it is. */
  #choose() {
    const text = this.#row.value.trim();
    const row = /^\d{1,7}$/.test(text) ? Math.min(Number(text), this.#size - 1) : this.#shown;
    this.#row.value = String(row);
    this.onChoose(row);
  }
}
