/**
 * @import { Range } from "../../types/plotly"
 * @import { LivePlot } from "../live-plot/live-plot.js"
 * @import { read } from "../../lib/views.js"
 */

import { histogram } from "../../figures/histogram.js";
import { stickyRange } from "../../lib/ranges.js";
import { drawUnknown } from "./panel.js";

/**
 * @typedef {{ from: number, to: number, label: string }} Band  May reach to infinity.
 * @typedef {{ name: string, view: ReturnType<typeof read> }} Part
 * @typedef {{ name: string, counts: ArrayLike<number>, range: Range | null, nan?: number, infinite?: number }} Counts
 */

/** The share of the axis that a band must take to be labelled. */
const LABEL_ROOM = 0.06;

/** Histograms on one axis that seldom changes while they move. */
export class Distribution {
  /** @type {Range | null} */
  #range = null;
  /** @type {Range | null} */
  #shares = null;
  #shown = "";

  /** @param {LivePlot} plot @param {Band[]} [bands] @param {Range | null} [axis]  Where it is known beforehand. */
  constructor(plot, bands = [], axis = null) {
    this.plot = plot;
    this.bands = bands;
    this.axis = axis;
  }

  /**
   * Shows what is known of the parts; a part that the frame does not bring yet leaves the plot as it is.
   * @param {string} title @param {Part[]} parts
   */
  show(title, parts) {
    const views = parts.flatMap(({ name, view }) => (view ? [{ name, ...view }] : []));
    if (views.length < parts.length) return;
    const known = views.flatMap(({ name, info: { range = null, nan, infinite }, data: counts }) =>
      (counts ? [{ name, counts, range, nan, infinite }] : []));
    if (!known.length || title !== this.#shown) this.#range = this.#shares = null;
    this.#shown = title;
    if (known.length) this.#draw(title, known);
    else drawUnknown(this.plot, title, views[0].info);
  }

  /** @param {string} title @param {Counts[]} series */
  #draw(title, series) {
    const largest = Math.max(...series.map(({ counts }) => largestShare(counts)));
    this.#range = this.axis ?? stickyRange(this.#range, union(series.flatMap(({ range }) => (range ? [range] : []))));
    this.#shares = stickyRange(this.#shares, [0, largest], { from: 0 });
    const [low, high] = this.#range;
    const yLimit = this.#shares[1];
    const bands = this.bands.flatMap((band) => clip(band, low, high));
    this.plot.draw((_detail, theme) =>
      histogram({ series, title, theme, valueTitle: "value", xRange: [low, high], yLimit, bands }));
  }
}

/**
 * The part of a band that is in sight; a narrow one has no room for its label.
 * @param {Band} band @param {number} low @param {number} high
 */
function clip({ from, to, label }, low, high) {
  const [left, right] = [Math.max(from, low), Math.min(to, high)];
  if (left >= right) return [];
  return [{ from: left, to: right, ...(right - left > LABEL_ROOM * (high - low) && { label }) }];
}

/** @param {Range[]} ranges @returns {Range | null} */
function union(ranges) {
  if (!ranges.length) return null;
  return [Math.min(...ranges.map(([low]) => low)), Math.max(...ranges.map(([, high]) => high))];
}

/** The share of all values that the fullest bin holds. @param {ArrayLike<number>} counts */
function largestShare(counts) {
  let all = 0;
  let most = 0;
  for (let bin = 0; bin < counts.length; bin++) {
    all += counts[bin];
    most = Math.max(most, counts[bin]);
  }
  return all ? most / all : 0;
}
