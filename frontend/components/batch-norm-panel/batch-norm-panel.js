/**
 * One batch norm: its statistics per channel, and what it makes of the distribution.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Frame } from "../../frames.js"
 * @import { BatchNorm, View } from "../../types/wire"
 * @import { Range } from "../../types/plotly"
 * @import { Cells } from "../picture/pointing.js"
 * @import { LivePlot } from "../live-plot/live-plot.js"
 */

import { channels } from "../../figures/channels.js";
import { element, select, setText } from "../../lib/dom.js";
import { chosenNorm, NO_BATCH_NORM, offerNorms } from "../../lib/health/batch-norms.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { histogram, read, values } from "../../lib/views.js";
import { Distribution } from "../panel/distribution.js";
import { drawUnknown, livePlot, Panel } from "../panel/panel.js";
import { NormCourse } from "./norm-course.js";

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

/** What is followed over time. @type {(keyof BatchNorm)[]} */
const FOLLOWED = ["mean", "running_mean", "variance", "running_variance"];

/** Before, normalised, after. */
const STAGES = /** @type {const} */ (["input", "normalized", "output"]);

/** @param {BatchNorm} norm */
const stages = (norm) => STAGES.flatMap((stage) => norm[stage] ?? []);

export class BatchNormPanel extends Panel {
  #layers = element("select");
  #none = element("p", { class: "placeholder" }, NO_BATCH_NORM);
  #course = new NormCourse();
  #channel = element("input", { type: "number", min: "0", placeholder: "all", id: "norm-channel" });
  #note = element("p", { class: "note" });
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
    this.#channel.addEventListener("change", () => actions.choose("channel", this.#channel.value));
    for (const { plot } of this.#statistics) {
      plot.addEventListener("point", (event) => event.stopPropagation());
      plot.addEventListener("pin", (event) => {
        event.stopPropagation();
        actions.choose("channel", String(/** @type {CustomEvent<{ cell: number[] }>} */ (event).detail.cell[0]));
      });
    }
    return [element("label", { class: "check" }, "channel over time", this.#channel), this.#layers];
  }

  /** @override */
  body() {
    const { mean, variance } = this.#course.plots;
    return [this.#none, ...this.#statistics.map(({ plot }) => plot), mean, variance, this.#distribution.plot, this.#note];
  }

  /** @override @param {Store} store @returns {View[]} */
  wishes(store) {
    const norm = chosenNorm(store);
    if (!norm) return [];
    const perChannel = STATISTICS.flatMap(({ series }) => series.map(({ of }) => values(String(norm[of]))));
    return [...perChannel, ...stages(norm).map((tensor) => histogram(tensor))];
  }

  /** @override @param {Store} store */
  update(store) {
    const norm = chosenNorm(store);
    this.classList.toggle("without", !norm);
    offerNorms(this.#layers, store);
    const channel = channelOf(store.choices.value.channel);
    if (this.#channel !== document.activeElement) this.#channel.value = store.choices.value.channel;
    if (!norm) return;
    if (this.#shown !== norm.output) for (const each of this.#statistics) each.range = null;
    this.#shown = norm.output;
    for (const each of this.#statistics) this.#drawStatistic(each, norm, store.frame.value, channel);
    this.#distribution.show(`${norm.input} → ${norm.output}: distributions`,
      stages(norm).map((tensor) => ({ name: tensor, view: read(store.frame.value, histogram(tensor)) })));
    this.#follow(store, norm, channel);
  }

  /** @param {Store} store @param {BatchNorm} norm @param {number | null} channel */
  #follow(store, norm, channel) {
    const views = FOLLOWED.map((of) => read(store.frame.value, values(String(norm[of]))));
    const known = views.flatMap((view) => (view?.data && !view.info.block ? [view.data] : []));
    const draw = () => this.#course.draw(channelOf(store.choices.peek().channel));
    this.#course.take(store, norm, known.length === FOLLOWED.length ? known : [], draw);
    draw();
    setText(this.#note, this.#course.text(channel));
  }

  /** @param {StatisticPlot} each @param {BatchNorm} norm @param {Frame | null} frame @param {number | null} marked */
  #drawStatistic(each, norm, frame, marked) {
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
    each.plot.cells = channelsOf(String(norm[series[0].of]), known[0].values.length);
    each.plot.draw((_detail, theme) => channels({ series: known, title, theme, yTitle, yRange, marked }));
  }
}

/** @param {string} choice  Empty: all channels. */
const channelOf = (choice) => (choice === "" ? null : Number(choice));

/** A channel is a column of the whole plot. @param {string} tensor @param {number} count @returns {Cells} */
const channelsOf = (tensor, count) => ({
  tensor, rows: 1, columns: count, order: null, block: [1, 1],
  cellAt: (_row, column) => (column >= 0 && column < count ? [column] : null),
  placesOf: () => [],
});

customElements.define("batch-norm-panel", BatchNormPanel);
