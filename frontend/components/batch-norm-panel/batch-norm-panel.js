/**
 * One batch norm: its statistics per channel, and what it makes of the distribution.
 *
 * @import { Store } from "../../store.js"
 * @import { Frame } from "../../frames.js"
 * @import { BatchNorm, View } from "../../types/wire"
 * @import { Range } from "../../types/plotly"
 * @import { LivePlot } from "../live-plot/live-plot.js"
 */

import { channels } from "../../figures/channels.js";
import { element, select, setOptions } from "../../lib/dom.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { histogram, read, values } from "../../lib/views.js";
import { Distribution } from "../panel/distribution.js";
import { drawUnknown, livePlot, Panel } from "../panel/panel.js";

/**
 * @typedef {object} Statistic
 * @property {string} title
 * @property {string} yTitle
 * @property {{ name?: string, as: "markers" | "dashes", of: keyof BatchNorm }[]} series  Named by
 *   their tensors, but for those whose names leave no room in the legend.
 *
 * @typedef {{ statistic: Statistic, plot: LivePlot, range: Range | null }} StatisticPlot
 */

/** @type {Statistic[]} */
const STATISTICS = [
  {
    title: "Mean: this batch and running",
    yTitle: "mean",
    series: [{ as: "markers", of: "mean" }, { name: "running", as: "dashes", of: "running_mean" }],
  },
  {
    title: "Variance: this batch and running",
    yTitle: "variance",
    series: [{ as: "markers", of: "variance" }, { name: "running", as: "dashes", of: "running_variance" }],
  },
  {
    title: "Gain and bias",
    yTitle: "value",
    series: [{ as: "markers", of: "gain" }, { as: "markers", of: "bias" }],
  },
];

/** Before, normalised, after. */
const STAGES = /** @type {const} */ (["input", "normalized", "output"]);

/** @param {BatchNorm} norm */
const stages = (norm) => STAGES.flatMap((stage) => norm[stage] ?? []);

export class BatchNormPanel extends Panel {
  #layers = element("select");
  #none = element("p", { class: "placeholder" },
    "This network has no batch norm. Create a session with batch norm “hidden” or “all” to see what it does.");
  /** @type {StatisticPlot[]} */
  #statistics = STATISTICS.map((statistic) => ({ statistic, plot: livePlot(), range: null }));
  #distribution = new Distribution(livePlot({ id: "batch-norm-plot" }));
  #shown = "";

  constructor() {
    super("Batch norm", "Each channel is centred on its batch mean and divided by its batch deviation; gain and bias "
      + "then place it anew. The running statistics follow by 0.1 % a step, for use without a batch.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    const attributes = { id: "batch-norm-layer", "aria-label": "Batch norm of" };
    this.#layers = select(attributes, (output) => actions.choose("batchnorm", output));
    this.#layers.hidden = true;
    return [this.#layers];
  }

  /** @override */
  body() {
    return [this.#none, ...this.#statistics.map(({ plot }) => plot), this.#distribution.plot];
  }

  /** @override @param {Store} store @returns {View[]} */
  wishes(store) {
    const norm = chosen(store);
    if (!norm) return [];
    const perChannel = STATISTICS.flatMap(({ series }) => series.map(({ of }) => values(String(norm[of]))));
    return [...perChannel, ...stages(norm).map((tensor) => histogram(tensor))];
  }

  /** @override @param {Store} store */
  update(store) {
    const norm = chosen(store);
    this.classList.toggle("without", !norm);
    this.#layers.hidden = (store.network.value?.batch_norms.length ?? 0) < 2;
    if (!norm) return;
    const options = (store.network.value?.batch_norms ?? []).map(({ output, layer }) =>
      ({ value: output, text: layer === null ? "logits" : `layer ${layer}` }));
    setOptions(this.#layers, options, norm.output);
    if (this.#shown !== norm.output) for (const each of this.#statistics) each.range = null;
    this.#shown = norm.output;
    for (const each of this.#statistics) this.#drawStatistic(each, norm, store.frame.value);
    this.#distribution.show(`${norm.input} → ${norm.output}: distributions`,
      stages(norm).map((tensor) => ({ name: tensor, view: read(store.frame.value, histogram(tensor)) })));
  }

  /** @param {StatisticPlot} each @param {BatchNorm} norm @param {Frame | null} frame */
  #drawStatistic(each, norm, frame) {
    const { title, yTitle, series } = each.statistic;
    const parts = series.map(({ name, as, of }) => {
      const tensor = String(norm[of]);
      return { name: name ?? tensor, as, view: read(frame, values(tensor)) };
    });
    const unknown = parts.find(({ view }) => view && !view.data);
    if (unknown?.view) return drawUnknown(each.plot, title, unknown.view.info);
    const known = parts.flatMap(({ name, as, view }) => (view?.data ? [{ name, as, values: view.data }] : []));
    if (known.length < parts.length) return;
    const yRange = stickyRange(each.range, extent(...known.map((part) => part.values)));
    each.range = yRange;
    each.plot.draw((_detail, theme) => channels({ series: known, title, theme, yTitle, yRange }));
  }
}

/** @param {Store} store */
function chosen({ network, choices }) {
  const norms = network.value?.batch_norms ?? [];
  return norms.find(({ output }) => output === choices.value.batchnorm) ?? norms[0] ?? null;
}

customElements.define("batch-norm-panel", BatchNormPanel);
