/**
 * Which neurons are dead: each hidden unit against each example of the minibatch.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Cells } from "../picture/pointing.js"
 */

import { SHOWN, unitMap } from "../../figures/units.js";
import { element, select, setOptions, setText } from "../../lib/dom.js";
import { exampleLabels } from "../../lib/forces/examples.js";
import { chosenLayer, offerLayers } from "../../lib/health/hidden-layers.js";
import { deadText, mostText, orderOf, unitsOf } from "../../lib/health/units.js";
import { read, values } from "../../lib/views.js";
import { drawMessage, drawUnknown, livePlot, Panel } from "../panel/panel.js";

/** All of a layer of 1,024 units for 512 examples: of a reduced view nobody could tell which units are dead. */
const MOST_CELLS = 2 ** 19;

const ORDERS = [
  { value: "number", text: "by number" },
  { value: "share", text: "most saturated first" },
];

export class UnitsPanel extends Panel {
  #layers = element("select");
  #shown = element("select");
  #order = element("select");
  #dead = element("output", { class: "dead", id: "dead-units" });
  #most = element("output", { class: "most" });
  #plot = livePlot({ id: "units-plot" });
  /** As they are on show. @type {number[]} */
  #units = [];

  constructor() {
    super("Units", "A unit that is saturated for an example gets hardly any gradient from it; one that is for all of them "
      + "is dead, at least in this minibatch.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    this.#layers = select({ "aria-label": "Layer of the units" }, (layer) => actions.choose("activation", layer));
    this.#shown = select({ "aria-label": "What the colours show" }, (shown) => actions.choose("units", shown));
    this.#order = select({ "aria-label": "Order of the units" }, (order) => actions.choose("unitorder", order));
    return [this.#layers, this.#shown, this.#order];
  }

  /** @override */
  body() {
    return [element("p", { class: "verdict" }, this.#dead, " ", this.#most), this.#plot];
  }

  /** @override @param {Store} store */
  wishes(store) {
    const layer = chosenLayer(store);
    return layer ? [values(layer.output, MOST_CELLS), values("Xb"), values("Yb")] : [];
  }

  /** @override @param {Store} store */
  update(store) {
    const layer = chosenLayer(store);
    const { units: shown, unitorder: by } = store.choices.value;
    offerLayers(this.#layers, store);
    setOptions(this.#shown, Object.entries(SHOWN).map(([value, { text }]) => ({ value, text })), shown);
    setOptions(this.#order, ORDERS, by);
    const frame = store.frame.value;
    const view = layer && read(frame, values(layer.output, MOST_CELLS));
    if (!layer || !view) return;
    const title = `${layer.output}: unit × example; ■ marks dead units`;
    if (!view.data || view.info.block) {
      this.#plot.cells = null;
      if (!view.data) return drawUnknown(this.#plot, title, view.info);
      return drawMessage(this.#plot, title, `${view.info.shape.join(" × ")} outputs are more than can be shown one by one`);
    }
    const h = /** @type {Float32Array} */ (view.data);
    const units = unitsOf(h, view.columns);
    const order = this.#inOrder(orderOf(units, by));
    const [contexts, targets] = ["Xb", "Yb"].map((tensor) => read(frame, values(tensor))?.data);
    if (!contexts || !targets) return;
    const examples = exampleLabels(contexts, targets, store.dataset.value?.characters ?? []);
    this.#plot.cells = transposable(layer.output, view.rows, order);
    this.#plot.draw((detail, theme) =>
      unitMap({ units, order, values: h, shown, examples, title, theme, detail }));
  }

  /** @override @param {Store} store */
  tell(store) {
    const layer = chosenLayer(store);
    const view = layer && read(store.frame.value, values(layer.output, MOST_CELLS));
    if (!view) return;
    if (!view.data || view.info.block) {
      setText(this.#dead, view.data ? "" : "Not known yet at this op.");
      return setText(this.#most, "");
    }
    const units = unitsOf(/** @type {Float32Array} */ (view.data), view.columns);
    setText(this.#dead, deadText(units));
    setText(this.#most, units.notFinite ? "" : mostText(units));
  }

  /** The same array for as long as the order is the same. @param {number[]} order */
  #inOrder(order) {
    if (order.length !== this.#units.length || order.some((unit, place) => unit !== this.#units[place])) this.#units = order;
    return this.#units;
  }
}

/** The tensor's cells, with its columns in another order. @param {string} tensor @param {number} rows @param {number[]} order @returns {Cells} */
function transposable(tensor, rows, order) {
  const places = new Map(order.map((unit, place) => [unit, place]));
  const all = { first: 0, count: order.length };
  return {
    tensor, rows, columns: order.length, order, block: [1, 1],
    cellAt: (row, column) => (row >= 0 && row < rows && order[column] !== undefined ? [row, order[column]] : null),
    placesOf([example = null, unit = null]) {
      const { first, count } = unit === null ? all : { first: places.get(unit) ?? 0, count: 1 };
      return [{ row: example ?? 0, rows: example === null ? rows : 1, column: first, columns: count }];
    },
  };
}

customElements.define("units-panel", UnitsPanel);
