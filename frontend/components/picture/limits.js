/**
 * How far from zero the colours of the pictures reach: each tensor's own values, those of all tensors on show, or a
 * limit that a person has set. What all share is known only once all have told what they hold, so a picture asks when
 * it is painted.
 *
 * @import { LivePlot } from "../live-plot/live-plot.js"
 * @import { Store } from "../../store/store.js"
 */

import { symmetricLimit } from "../../lib/ranges.js";
import { effect } from "../../lib/signals.js";

/** @typedef {Pick<LivePlot, "refresh" | "isConnected"> & { closest: (selector: string) => unknown }} Plot */

export class Limits {
  /** The largest magnitude that each plot holds. @type {Map<Plot, number>} */
  #held = new Map();
  #scale = "tensor";
  #fixed = 1;
  /** @type {number | null} */
  #shared = null;
  #isDue = false;

  /** @param {string} scale @param {number} fixed */
  choose(scale, fixed) {
    this.#scale = scale;
    this.#fixed = fixed;
    this.#shared = null;
    this.#isDue = true;
    this.#redraw();
  }

  /** What a plot holds from now on. @param {Plot} plot @param {number} magnitude */
  hold(plot, magnitude) {
    if (this.#held.get(plot) === magnitude) return;
    this.#held.set(plot, magnitude);
    this.#isDue = true;
  }

  /** It shows no tensor any more. @param {Plot} plot */
  release(plot) {
    this.#isDue ||= this.#held.delete(plot);
  }

  /** The limit, and whether values lie beyond it. @param {Plot} plot @param {number} own  Of its own values. */
  of(plot, own) {
    if (this.#scale === "fixed") return { limit: this.#fixed, clipped: (this.#held.get(plot) ?? 0) > this.#fixed };
    return { limit: this.#scale === "shared" ? this.#sharedLimit() : own, clipped: false };
  }

  #sharedLimit() {
    if (!this.#isDue && this.#shared !== null) return this.#shared;
    this.#isDue = false;
    const before = this.#shared;
    const largest = Math.max(0, ...this.#onShow().map(([, magnitude]) => magnitude));
    this.#shared = symmetricLimit(before, largest);
    if (this.#shared !== before) this.#redraw();
    return this.#shared;
  }

  #onShow() {
    return [...this.#held].filter(([plot]) => plot.isConnected && !plot.closest("[hidden]"));
  }

  /** Those that rest would keep the colours of before. */
  #redraw() {
    for (const [plot] of this.#onShow()) plot.refresh();
  }
}

/** Of all pictures on the page. */
export const limits = new Limits();

/** @param {Pick<Store, "choices">} store */
export function followScale({ choices }) {
  effect(() => {
    const { scale, limit, panels } = choices.value;
    // Where panels are opened or closed, others share.
    if (panels) limits.choose(scale, Number(limit) || 1);
  });
}
