/**
 * The largest addends of a value side by side: each with what it belongs to, a bar as long as it is large, and the cells
 * it is made of, which lead to their own answers.
 *
 * @import { ExplanationLine, Factor, Term } from "../../types/wire"
 */

import { agreement, precise, restBeyond } from "../../lib/cells/explained.js";
import { element, setText } from "../../lib/dom.js";
import { number, whole } from "../../lib/format.js";

/** @typedef {(tensor: string, cell: number[]) => void} Go */

/** So many are there; how many of them are seen, the room says: each takes so many pixels. */
const MOST = 7;
const WIDTH = 196;
/** … and beside them stands their sum. */
const SUM_WIDTH = 160;
const MOST_FACTORS = 2;

export class TermChips extends HTMLElement {
  /** @type {Go} */
  go = () => {};
  #list = element("ul");
  #rest = element("p", { class: "rest" });
  #total = element("output", { class: "total" });
  #chips = Array.from({ length: MOST }, () => new Chip((tensor, cell) => this.go(tensor, cell)));

  #room = MOST;
  /** @type {[ExplanationLine | null, number | null]} */
  #shown = [null, null];

  connectedCallback() {
    this.#list.append(...this.#chips.map(({ root }) => root));
    this.append(this.#list, element("div", { class: "sum" }, this.#rest, this.#total));
    new ResizeObserver(([{ contentRect }]) => {
      if (!contentRect.width) return;
      const room = Math.min(MOST, Math.max(1, Math.floor((contentRect.width - SUM_WIDTH) / WIDTH)));
      if (room === this.#room) return;
      this.#room = room;
      this.show(...this.#shown);
    }).observe(this);
  }

  /** @param {ExplanationLine | null} line @param {number | null} value  The cell's, which the addends must come to. */
  show(line, value) {
    this.#shown = [line, value];
    const terms = line?.terms ?? [];
    const largest = Math.max(...terms.map((term) => Math.abs(term.value ?? 0)), Number.MIN_VALUE);
    const seen = Math.min(this.#room, terms.length);
    this.#chips.forEach((chip, i) => chip.show(i < seen ? terms[i] : null, largest));
    if (!line) return [this.#rest, this.#total].forEach((text) => setText(text, ""));
    const { count, value: others } = restBeyond(line, seen);
    setText(this.#rest, count ? `and ${whole(count)} more: ${number(others)}` : "");
    setText(this.#total, line.kind === "next" ? `next: ${precise(line.total)}` : `total ${precise(line.total)}`);
    this.#total.title = line.kind === "next" ? "What the update makes of it" : agreement(line.total, value);
  }
}

/** One addend, in a place of its own that is filled anew. */
class Chip {
  root = element("li");
  #label = element("span", { class: "label" });
  #value = element("span", { class: "number" });
  #bar = element("span", { class: "bar" });
  /** @type {{ button: HTMLButtonElement, factor: Factor | null }[]} */
  #factors;

  /** @param {Go} go */
  constructor(go) {
    this.#factors = Array.from({ length: MOST_FACTORS }, () => {
      const entry = { button: element("button", { type: "button" }), factor: /** @type {Factor | null} */ (null) };
      entry.button.addEventListener("click", () => entry.factor && go(entry.factor.tensor, entry.factor.cell));
      return entry;
    });
    this.root.append(
      element("span", { class: "head" }, this.#label, this.#value), element("span", { class: "track" }, this.#bar),
      element("span", { class: "factors" }, ...this.#factors.map(({ button }) => button)));
  }

  /** @param {Term | null} term @param {number} largest */
  show(term, largest) {
    this.root.hidden = term === null;
    if (!term) return;
    setText(this.#label, term.label || term.text);
    setText(this.#value, number(term.value));
    this.root.title = `${term.text} = ${term.numbers} = ${number(term.value)}`;
    this.root.dataset.value = String(term.value);
    this.#bar.style.width = `${(100 * Math.abs(term.value ?? 0)) / largest}%`;
    this.#bar.dataset.sign = (term.value ?? 0) < 0 ? "negative" : "positive";
    this.#factors.forEach((entry, i) => {
      entry.factor = term.factors[i] ?? null;
      entry.button.hidden = entry.factor === null;
      if (!entry.factor) return;
      setText(entry.button, entry.factor.text);
      entry.button.title = `${entry.factor.text} = ${number(entry.factor.value)}: why?`;
    });
  }
}

customElements.define("term-chips", TermChips);
