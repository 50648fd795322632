/**
 * One tensor with its gradient: the values, their summary, and the lines of code that made them.
 *
 * @import { Store } from "../../store.js"
 * @import { Axes } from "../../lib/axes.js"
 * @import { ReadonlySignal } from "../../lib/signals.js"
 */

import { axesOf, matrixAxes } from "../../lib/axes.js";
import { element, setText } from "../../lib/dom.js";
import { shape } from "../../lib/format.js";
import { computed } from "../../lib/signals.js";
import { read, summary, values } from "../../lib/views.js";
import { Panel } from "../panel/panel.js";
import { Picture } from "../picture/picture.js";
import { selected } from "../../lib/selection.js";
import { SummaryTable } from "./summary-table.js";
import { TensorCard } from "./tensor-card.js";

export class CardPanel extends Panel {
  #card = new TensorCard();
  #summary = new SummaryTable();
  #follow = element("input", { type: "checkbox", id: "card-follow" });
  #name = element("code");
  #shape = element("span", { class: "shape" });
  #known = element("span", { class: "known" });
  #value = new Picture("card-value");
  #gradient = new Picture("card-gradient");
  /** @type {ReadonlySignal<Axes> | null} */
  #axes = null;

  constructor() {
    super("Tensor", "A tensor with its gradient, and the rule that makes each. Choose one in the flow.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    this.#follow.addEventListener("change", () => actions.choose("follow", this.#follow.checked ? "on" : "off"));
    return [element("label", { class: "check" }, this.#follow, "follow the steps")];
  }

  /** @override @param {Store} store */
  body(store) {
    this.#axes = computed(() => (store.network.value ? axesOf(store.network.value, store.ops.value) : new Map()));
    for (const part of [this.#card, this.#summary]) part.start(store);
    return [
      element("div", { class: "tensor-view" },
        element("h3", { id: "inspected" }, this.#name, this.#shape, this.#known),
        element("div", { class: "pictures" }, this.#value.plot, this.#gradient.plot),
        this.#summary,
        this.#card),
    ];
  }

  /** @override @param {Store} store */
  wishes(store) {
    const { tensor, gradient } = selected(store);
    return [tensor, gradient].flatMap((name) => (name ? [values(name), summary(name)] : []));
  }

  /** @override @param {Store} store */
  update(store) {
    const { tensor, gradient, gradientName } = selected(store);
    const view = read(store.frame.value, values(tensor));
    this.#follow.checked = store.choices.value.follow === "on";
    if (view) {
      setText(this.#name, tensor);
      setText(this.#shape, shape(view.info.shape));
      setText(this.#known, view.info.known ? "" : `not known yet, but from op ${view.info.known_at} on`);
    }
    this.#show(this.#value, store, { of: tensor, tensor, label: tensor, title: `${tensor}: value` });
    if (!gradient) return this.#gradient.say(gradientName, `No gradient is kept of ${tensor}`);
    const title = gradientName === gradient ? `${gradient}: gradient` : gradientName;
    this.#show(this.#gradient, store, { of: tensor, tensor: gradient, label: gradientName, title });
  }

  /**
   * A gradient has the axes of the tensor that it is of.
   * @param {Picture} picture @param {Store} store
   * @param {{ of: string, tensor: string, label: string, title: string }} shown
   */
  #show(picture, { frame, network, dataset }, { of, tensor, label, title }) {
    const view = read(frame.value, values(tensor));
    if (!view) return;
    const numbers = read(frame.value, summary(tensor))?.info.summary ?? null;
    const axes = matrixAxes(this.#axes?.value.get(of) ?? [], view.info.shape, {
      block: view.info.block ?? null,
      characters: dataset.value?.characters ?? [],
      embedding: network.value?.dimensions.E ?? 1,
    });
    picture.show({ title, label, name: tensor === of ? of : `d${of}`, view, numbers, axes });
  }
}

customElements.define("card-panel", CardPanel);
