/**
 * How the activations of one hidden layer are distributed, and what reaches them backwards.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Activation } from "../../types/wire"
 */

import { element, select, setText } from "../../lib/dom.js";
import { percent } from "../../lib/format.js";
import { chosenLayer, offerLayers } from "../../lib/health/hidden-layers.js";
import { SATURATED, saturatedShare } from "../../lib/health/saturation.js";
import { histogram as histogramOf, read, summary } from "../../lib/views.js";
import { Distribution } from "../panel/distribution.js";
import { livePlot, Panel } from "../panel/panel.js";

/** Where a value counts as saturated, on the axis of `h` or, by its inverse, of `hpreact`. @param {number} from */
const beyond = (from) => [
  { from: -Infinity, to: -from, label: "saturated" },
  { from, to: Infinity, label: "saturated" },
];

/**
 * @param {(layer: Activation) => [tensor: string, what: string]} shows
 * @param {Distribution} plot
 */
const picture = (shows, plot) => ({ shows, plot });

export class ActivationsPanel extends Panel {
  #layers = element("select");
  #saturated = element("output", { id: "saturated-share" });
  #note = element("span");
  /** In the order in which values and gradients come. */
  #distributions = [
    picture(({ input }) => [input, "before tanh"], new Distribution(livePlot(), beyond(Math.atanh(SATURATED)))),
    picture(({ output }) => [output, "after tanh"], new Distribution(livePlot({ id: "activation-plot" }), beyond(SATURATED), [-1, 1])),
    picture(({ output }) => [`d${output}`, "gradient above tanh"], new Distribution(livePlot())),
    picture(({ input }) => [`d${input}`, "gradient through tanh"], new Distribution(livePlot())),
  ];

  constructor() {
    super("Activations", `Where |h| > ${SATURATED} tanh is flat: 1 − h² is close to zero, hardly any gradient passes, `
      + "and the neuron learns nothing from that example.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    const attributes = { id: "activation-layer", "aria-label": "Layer" };
    this.#layers = select(attributes, (layer) => actions.choose("activation", layer));
    this.#layers.hidden = true;
    return [this.#layers, element("p", { class: "figure-of" }, "saturated: ", this.#saturated, this.#note)];
  }

  /** @override */
  body() {
    return this.#distributions.map(({ plot }) => plot.plot);
  }

  /** @override @param {Store} store */
  wishes(store) {
    const layer = chosenLayer(store);
    if (!layer) return [];
    return [summary(layer.output), ...this.#distributions.map(({ shows }) => histogramOf(shows(layer)[0]))];
  }

  /** @override @param {Store} store */
  update(store) {
    const layer = chosenLayer(store);
    if (!layer) return;
    offerLayers(this.#layers, store);
    for (const { shows, plot } of this.#distributions) {
      const [tensor, what] = shows(layer);
      plot.show(`${tensor}: ${what}`, [{ name: tensor, view: read(store.frame.value, histogramOf(tensor)) }]);
    }
  }

  /** @override @param {Store} store */
  tell(store) {
    const layer = chosenLayer(store);
    if (!layer) return;
    const numbers = read(store.frame.value, summary(layer.output))?.info.summary;
    setText(this.#saturated, numbers ? percent(saturatedShare(numbers)) : "–");
    setText(this.#note, numbers?.nan ? notNumbers(numbers.nan) : "");
  }
}

/** What the share leaves out. @param {number} nan */
const notNumbers = (nan) => (nan < 1 ? `of the numbers, ${percent(nan)} being NaN` : "all are NaN");

customElements.define("activations-panel", ActivationsPanel);
