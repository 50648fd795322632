/**
 * Where a tensor comes from, what its gradient collects, and whether that is right: the card's text, in sections that can
 * be folded.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Known } from "./lines.js"
 * @import { Axes } from "../../lib/axes.js"
 * @import { Network, Op } from "../../types/wire"
 * @import { ReadonlySignal } from "../../lib/signals.js"
 *
 * @typedef {{ forward: HTMLElement, backward: HTMLElement | null }} Lines
 */

import { dimensionsOf } from "../../lib/card/dimensions.js";
import { fold, isFolded } from "../../lib/card/sections.js";
import { selected } from "../../lib/card/selection.js";
import { element } from "../../lib/dom.js";
import { View } from "../../lib/view.js";
import { backwardSection, forwardSection, givenSection } from "./lines.js";
import { ProofSection } from "./proof-section.js";
import { SumSection } from "./sum-section.js";
import { UpdateNumbers } from "./update-numbers.js";

export class TensorCard extends View {
  /** The lines of a network's tensors, each built when it is first wanted. @type {Map<string, Lines>} */
  #lines = new Map();
  /** @type {{ network: Network, ops: Op[] } | null} What they were built of. */
  #built = null;
  #shown = "";
  #toFocus = false;
  /** Noted, since to set or read where it stands has the whole page laid out. */
  #scrolled = false;
  #forward = element("div");
  #backward = element("div", { class: "backward" });
  #update = new UpdateNumbers();
  #sum;
  #proof;

  /** @param {ReadonlySignal<Axes>} axes */
  constructor(axes) {
    super();
    this.#sum = new SumSection(axes);
    this.#proof = new ProofSection(axes);
  }

  /** @override @param {Store} store */
  build(store) {
    for (const part of [this.#update, this.#sum, this.#proof]) part.start(store);
    this.append(element("div", { class: "card" },
      element("div", { class: "forward" }, this.#forward, this.#update),
      this.#backward, this.#sum, this.#proof));
    this.addEventListener("scroll", () => (this.#scrolled = true), { passive: true });
    this.addEventListener("toggle", ({ target }) => {
      if (target instanceof HTMLDetailsElement) this.#toggled(target, store);
    }, { capture: true });
  }

  /** What a person folds stays folded, on all cards. @param {HTMLDetailsElement} section @param {Store} store */
  #toggled({ open, dataset: { section = "" } }, { choices, actions }) {
    const { folded } = choices.peek();
    if (isFolded(folded, section) === open) actions.choose("folded", fold(folded, section, !open));
  }

  /** @override @param {Store} store */
  update(store) {
    const network = store.network.value;
    const ops = store.ops.value;
    if (!network) return;
    if (network !== this.#built?.network || ops !== this.#built.ops) {
      this.#lines.clear();
      this.#shown = "";
    }
    this.#built = { network, ops };
    const { tensor, contribution } = selected(store);
    if (tensor !== this.#shown) this.#turnTo(tensor, store);
    for (const button of this.querySelectorAll("button[data-contribution]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-contribution") === contribution));
    }
    for (const section of this.querySelectorAll("details")) {
      section.open = !isFolded(store.choices.value.folded, section.dataset.section ?? "");
    }
    if (this.#toFocus) this.#focus();
  }

  /** A press that leads to another tensor takes the focus along. @param {string} tensor @param {Store} store */
  #turnTo(tensor, store) {
    this.#shown = tensor;
    const network = store.network.value;
    if (!network) return;
    const ops = store.ops.value;
    const known = { network, ops, dimensions: dimensionsOf(network, ops), inspect: store.actions.inspect };
    const lines = this.#lines.get(tensor) ?? linesOf(tensor, known);
    this.#lines.set(tensor, lines);
    const focused = [this.#forward, this.#backward, this.#sum].some((part) => part.contains(document.activeElement));
    this.#forward.replaceChildren(lines.forward);
    this.#backward.replaceChildren(...(lines.backward ? [lines.backward] : []));
    this.#sum.turnTo(network.gradients.find((each) => each.tensor === tensor) ?? null, known);
    if (this.#scrolled) this.scrollTop = 0;
    this.#scrolled = false;
    if (focused) this.#toFocus = true;
  }

  /** The button of what is on show now. */
  #focus() {
    this.#toFocus = false;
    const buttons = "button[data-contribution]";
    const next = this.querySelector(`${buttons}[aria-pressed=true]`) ?? this.querySelector(buttons);
    if (next instanceof HTMLElement) next.focus();
  }
}

/** @param {string} tensor @param {Known} known @returns {Lines} */
function linesOf(tensor, known) {
  const call = known.network.calls.find(({ output }) => output === tensor);
  return call
    ? { forward: forwardSection(call, known), backward: backwardSection(call, known) }
    : { forward: givenSection(tensor, known), backward: null };
}

customElements.define("tensor-card", TensorCard);
