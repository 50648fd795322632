/**
 * One tensor with its gradient: the values, their summary, and the lines of code that made them.
 *
 * @import { Store } from "../../store.js"
 * @import { LivePlot } from "../live-plot/live-plot.js"
 */

import { heatmap } from "../../figures/heatmap.js";
import { element, setText } from "../../lib/dom.js";
import { shape } from "../../lib/format.js";
import { largestMagnitude, symmetricLimit } from "../../lib/ranges.js";
import { read, summary, values } from "../../lib/views.js";
import { drawMessage, drawUnknown, livePlot, Panel } from "../panel/panel.js";
import { OpsList } from "./ops-list.js";
import { selected } from "./selected.js";
import { SummaryTable } from "./summary-table.js";
import { TensorCard } from "./tensor-card.js";

/** @typedef {{ plot: LivePlot, limit: number | null, shown: string }} Picture */

/** @param {string} id @returns {Picture} */
const picture = (id) => ({ plot: livePlot({ id }), limit: null, shown: "" });

export class InspectorPanel extends Panel {
  #list = new OpsList();
  #card = new TensorCard();
  #summary = new SummaryTable();
  #follow = element("input", { type: "checkbox", id: "inspector-follow" });
  #name = element("code");
  #shape = element("span", { class: "shape" });
  #known = element("span", { class: "known" });
  #value = picture("inspector-value");
  #gradient = picture("inspector-gradient");

  constructor() {
    super("Inspector", "Every line of the step, forwards and backwards. Choose one to see its tensor, its gradient, "
      + "and the rule that makes each.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    this.#follow.addEventListener("change", () => actions.choose("follow", this.#follow.checked ? "on" : "off"));
    return [element("label", { class: "check" }, this.#follow, "follow the steps")];
  }

  /** @override @param {Store} store */
  body(store) {
    for (const part of [this.#list, this.#card, this.#summary]) part.start(store);
    return [
      this.#list,
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
    const { tensor, gradient } = selected(store);
    const frame = store.frame.value;
    const view = read(frame, values(tensor));
    const batch = store.network.value?.dimensions.B ?? 0;
    this.#follow.checked = store.choices.value.follow === "on";
    if (view) {
      setText(this.#name, tensor);
      setText(this.#shape, shape(view.info.shape));
      setText(this.#known, view.info.known ? "" : `not known yet, but from op ${view.info.known_at} on`);
      draw(this.#value, tensor, "value", view, batch);
    }
    if (!gradient) {
      this.#gradient.shown = "";
      drawMessage(this.#gradient.plot, `d${tensor}`, `No gradient is kept of ${tensor}`);
      return;
    }
    const slope = read(frame, values(gradient));
    if (slope) draw(this.#gradient, gradient, "gradient", slope, batch);
  }
}

/**
 * @param {Picture} picture
 * @param {string} tensor
 * @param {string} what
 * @param {NonNullable<ReturnType<typeof read>>} view
 * @param {number} batch
 */
function draw(picture, tensor, what, { info, data, rows, columns }, batch) {
  if (picture.shown !== tensor || !data) picture.limit = null;
  picture.shown = tensor;
  if (!data) return drawUnknown(picture.plot, tensor, info);
  const limit = symmetricLimit(picture.limit, largestMagnitude(data));
  picture.limit = limit;
  const numbers = data instanceof Float32Array ? data : Float32Array.from(data);
  const rowTitle = info.shape[0] === batch ? "example in the batch" : "row";
  const scale = /^[XY]b$/.test(tensor) ? /** @type {const} */ ("sequential") : /** @type {const} */ ("diverging");
  const reduced = info.block ? ` (largest magnitude of each ${info.block.join(" × ")} cells)` : "";
  picture.plot.draw((detail, theme) => heatmap({
    values: numbers, rows, columns, title: `${tensor}: ${what}${reduced}`, theme, detail, limit, scale,
    block: info.block ?? null, valueTitle: tensor, rowTitle, columnTitle: "column",
  }));
}

customElements.define("inspector-panel", InspectorPanel);
