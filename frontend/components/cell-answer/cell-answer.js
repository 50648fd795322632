/**
 * Why this cell? The equation of the cell that is pointed at, in a line that has its place below the panels for good,
 * so that nothing moves while the pointer does; of a cell that is pinned, the addends it is made of as well.
 *
 * @import { PageStore } from "../../compare/compare.js"
 * @import { Explained } from "../../store/pointing.js"
 * @import { Explanation } from "../../types/wire"
 */

import { precise, simplest, written } from "../../lib/cells/explained.js";
import { element, setText } from "../../lib/dom.js";
import { number } from "../../lib/format.js";
import { commandButton, updateButton } from "../../lib/page/command-button.js";
import { COMMANDS } from "../../lib/page/commands.js";
import { View } from "../../lib/view.js";
import { linesOf } from "./lines.js";
import { TermChips } from "./term-chips.js";

const HINT = "Point at a cell of any tensor; a click keeps it and tells all. Keys: Tab to a plot, arrows, Enter.";

export class CellAnswer extends View {
  #cell = element("code", { class: "cell" });
  #value = element("output", { class: "value" });
  #side = element("span", { class: "side" });
  #note = element("p", { class: "note" });
  #more = element("button", { type: "button", class: "more" });
  #unpin = element("button");
  #formula = element("code", { class: "formula" });
  #chips = new TermChips();
  #all = element("div", { class: "all", tabindex: "0", role: "group", "aria-label": "All lines and addends" });
  #hint = element("p", { class: "hint" }, HINT);
  #said = element("p", { class: "said", "aria-live": "polite" });

  /** @override @param {PageStore} store */
  build(store) {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Why this cell?");
    this.#more.addEventListener("click", () =>
      store.actions.choose("answer", store.choices.peek().answer === "long" ? "short" : "long"));
    this.#unpin = commandButton("unpin", store);
    this.#chips.go = (tensor, cell) => this.#goTo(store, tensor, cell);
    this.append(
      element("header", {},
        element("h2", {}, "Why this cell?"), this.#side, this.#cell, this.#value, this.#note,
        element("div", { class: "buttons" }, this.#more, this.#unpin)),
      this.#formula, this.#chips, this.#all, this.#hint, this.#said);
  }

  /** @override @param {PageStore} store */
  update(store) {
    // What is pointed at in the second session's panels is explained by the second session.
    const other = store.comparison.second;
    const isOther = store.comparison.active.value && other.pointed.value !== null;
    const { asked, explanation, pinned } = isOther ? other : store;
    const explained = explanation.value;
    const isLong = store.choices.value.answer === "long" && explained?.answer !== null && explained !== null;
    this.toggleAttribute("data-empty", !asked.value || !explained);
    this.toggleAttribute("data-long", isLong);
    this.toggleAttribute("data-pinned", pinned.value !== null);
    updateButton(this.#unpin, COMMANDS.unpin, store);
    this.dataset.side = isOther ? "B" : "A";
    setText(this.#side, store.comparison.active.value ? (isOther ? "B" : "A") : "");
    setText(this.#more, store.choices.value.answer === "long" ? "▾ Less" : "▴ All addends");
    this.#more.disabled = !explained?.answer?.lines.length;
    if (!asked.value || !explained) return this.#say("");
    if (!explained.answer) return this.#refuse(explained);
    this.#show(explained.answer, explained.of.block, isLong, store);
    if (!store.streaming.value) this.#say(`${explained.answer.text} = ${number(explained.answer.value)}`);
  }

  /** For those who do not see it. @param {string} text */
  #say(text) {
    setText(this.#said, text);
  }

  /** @param {Explained} explained */
  #refuse({ of, refusal }) {
    this.dataset.cell = "";
    setText(this.#cell, of.cell.length ? `${of.tensor}[${of.cell.join(", ")}]` : of.tensor);
    setText(this.#value, "");
    setText(this.#note, refusal);
    setText(this.#formula, "");
    this.#chips.show(null, null);
    this.#all.replaceChildren();
    this.#say(refusal);
  }

  /** @param {Explanation} answer @param {[number, number]} block @param {boolean} isLong @param {PageStore} store */
  #show(answer, [rows, columns], isLong, store) {
    const { text, value, note, lines } = answer;
    const main = lines.find(({ kind }) => kind === "value") ?? lines[0] ?? null;
    const told = simplest(lines);
    const ofBlock = rows * columns > 1 ? `The largest of a ${rows} × ${columns} block. ` : "";
    this.dataset.cell = `${answer.tensor}[${answer.cell.join()}]`;
    setText(this.#cell, text);
    setText(this.#value, `= ${precise(value)}`);
    setText(this.#note, ofBlock + note);
    this.#note.title = ofBlock + note;
    setText(this.#formula, told ? written(told) : "");
    this.#formula.title = this.#formula.textContent ?? "";
    this.#chips.show(main, value);
    this.#all.replaceChildren(...(isLong ? linesOf(lines, value, (tensor, cell) => this.#goTo(store, tensor, cell)) : []));
  }

  /** To another cell, with its tensor on the card. @param {PageStore} store @param {string} tensor @param {number[]} cell */
  #goTo({ actions, network }, tensor, cell) {
    actions.pin(tensor, cell);
    const gradients = network.peek()?.gradients ?? [];
    const gradient = gradients.find(({ name, contributions }) =>
      name === tensor || contributions.some((part) => part.name === tensor));
    if (gradient) actions.inspect(gradient.tensor, gradient.name === tensor ? "" : tensor);
    else actions.inspect(tensor);
  }
}

customElements.define("cell-answer", CellAnswer);
