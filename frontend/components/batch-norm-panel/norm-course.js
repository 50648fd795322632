/**
 * Batch norm's statistics over time: of one channel, as frames have told them since the panel was opened; or the mean
 * over all channels, which is what the server records of every tenth step of the whole run.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Frame } from "../../frames.js"
 * @import { BatchNorm } from "../../types/wire"
 * @import { Numbers, Range } from "../../types/plotly"
 */

import { lines } from "../../figures/lines.js";
import { whole } from "../../lib/format.js";
import { Samples } from "../../lib/health/samples.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { drawMessage, livePlot } from "../panel/panel.js";

/** So many numbers of all channels are kept at most: 4 MB. */
const MOST_NUMBERS = 2 ** 19;
const MOST_STEPS = 1000;
const POINTS = 300;
/** The axis has room for as many steps at least. */
const FEWEST_STEPS = 10;

/** @typedef {"mean" | "variance"} Statistic */

/** @type {Record<Statistic, string>} */
const TITLES = { mean: "Mean", variance: "Variance" };
/** The share of the axis before the first step: there the first point would be cut in half. */
const BEFORE = 0.02;

const PARTS = /** @type {const} */ (["mean", "running_mean", "variance", "running_variance"]);

export class NormCourse {
  plots = { mean: livePlot({ id: "norm-mean-course" }), variance: livePlot({ id: "norm-variance-course" }) };
  /** Of every channel: four numbers each. */
  #channels = new Samples(0, 0);
  /** Their means: what the server records, and what frames have told since. */
  #means = new Samples(PARTS.length, 2 * POINTS);
  #of = "";
  #lastStep = 0;
  #readUntil = -1;
  /** @type {Record<Statistic, Range | null>} */
  #ranges = { mean: null, variance: null };
  /** @type {Range | null} */
  #steps = null;
  #shown = "";

  /** @param {Store} store @param {BatchNorm} norm @param {Numbers[]} parts  In the order of PARTS; empty: not known. */
  take(store, norm, parts, redraw = () => {}) {
    // The session's own, whatever another one that it is compared with has come to.
    const info = store.info.value;
    if (!info) return;
    const { session, last_step: last, running } = info;
    const of = `${session} ${norm.output}`;
    const channels = parts[0]?.length ?? 0;
    if (of !== this.#of && channels) {
      const width = PARTS.length * channels;
      this.#channels = new Samples(width, Math.min(MOST_STEPS, Math.max(50, Math.floor(MOST_NUMBERS / width))));
      this.#means = new Samples(PARTS.length, 2 * POINTS);
      this.#readUntil = -1;
      this.#of = of;
    }
    if (last < this.#lastStep) {
      // What comes after it was discarded.
      for (const samples of [this.#channels, this.#means]) samples.cut(last);
      this.#readUntil = -1;
    }
    this.#lastStep = last;
    const isBehind = this.#readUntil < 0 || (!running && last - this.#readUntil > POINTS);
    if (of === this.#of && isBehind) this.#read(store, norm, redraw);
    if (channels && parts.length === PARTS.length) this.#add(store.frame.value, parts);
  }

  /** @param {Frame | null} frame @param {Numbers[]} parts */
  #add(frame, parts) {
    if (!frame) return;
    const { step } = frame.info.position;
    const channels = parts[0].length;
    const row = new Float64Array(PARTS.length * channels);
    parts.forEach((part, i) => row.set(/** @type {ArrayLike<number>} */ (part), i * channels));
    this.#channels.add(step, row);
    this.#means.add(step, parts.map((_, i) => row.subarray(i * channels, (i + 1) * channels).reduce((a, b) => a + b, 0) / channels));
  }

  /** @param {Store} store @param {BatchNorm} norm @param {() => void} redraw */
  async #read(store, norm, redraw) {
    const [means, last] = [this.#means, this.#lastStep];
    this.#readUntil = last;
    const names = PARTS.map((part) => norm[part]);
    try {
      const { series } = await store.reads.metrics(store.session.peek()?.id ?? "", names.join(), POINTS, last);
      if (means !== this.#means) return; // Another batch norm is on show by now.
      names.forEach((name, column) => means.fill(column, series[name]));
      redraw();
    } catch (error) {
      store.actions.report(error);
    }
  }

  /** @param {number | null} channel  null: the mean of all */
  draw(channel) {
    const shown = `${this.#of} ${channel}`;
    if (shown !== this.#shown) {
      this.#ranges = { mean: null, variance: null };
      this.#steps = null;
    }
    this.#shown = shown;
    this.#drawOne("mean", channel);
    this.#drawOne("variance", channel);
  }

  /** @param {Statistic} statistic @param {number | null} channel */
  #drawOne(statistic, channel) {
    const plot = this.plots[statistic];
    const samples = channel === null ? this.#means : this.#channels;
    const { steps } = samples;
    const title = `${TITLES[statistic]} of ${channel === null ? "all channels" : `channel ${channel}`} over time`;
    const first = PARTS.indexOf(statistic);
    const channels = this.#channels.rows.length ? this.#channels.rows[0].length / PARTS.length : 0;
    if (!steps.length || (channel !== null && channel >= channels)) {
      return drawMessage(plot, title, steps.length ? `There are channels 0 to ${channels - 1}` : "Nothing has been seen yet");
    }
    const [batch, running] = [first, first + 1].map((part) => samples.column(channel === null ? part : part * channels + channel));
    const start = channel === null ? 0 : steps[0];
    const last = Math.max(steps[steps.length - 1], start + FEWEST_STEPS);
    this.#steps = stickyRange(this.#steps, [start, last], { from: start });
    const end = this.#steps[1];
    const x = [...steps];
    const yRange = stickyRange(this.#ranges[statistic], extent(batch, running));
    this.#ranges[statistic] = yRange;
    plot.draw((_detail, theme) => lines({
      series: [
        { name: "batch", x, y: batch, color: theme.series[0] },
        { name: "running", x, y: running, color: theme.series[1] },
      ],
      title, theme, yTitle: statistic, yRange, xRange: [start - BEFORE * (end - start), end],
    }));
  }

  /** What is shown, and since when. @param {number | null} channel */
  text(channel) {
    if (channel === null) return "Over time: the mean of all channels, recorded at every tenth step. Click a channel to follow it alone.";
    const [from = 0] = this.#channels.steps;
    return `Over time: channel ${channel}, as this page has seen it since step ${whole(from)}; single channels are not recorded.`;
  }
}
