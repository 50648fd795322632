/**
 * The forces on one example's logits as bars, also while the run goes on.
 *
 * @import { Range } from "../../types/plotly"
 * @import { Forces } from "../../lib/forces/forces.js"
 * @import { Example, Minibatch } from "../../lib/forces/minibatch.js"
 *
 * @typedef {object} Shown
 * @property {Example | null} example
 * @property {number} row  Its own, in the minibatch.
 * @property {Forces | null} forces
 * @property {Int32Array} order
 * @property {Minibatch} minibatch
 * @property {string[]} characters
 * @property {boolean} live
 */

import { forceBars } from "../../figures/forces.js";
import { describeForce } from "../../lib/forces/examples.js";
import { areFinite, barOrder } from "../../lib/forces/forces.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { drawMessage, drawUnknown, livePlot } from "../panel/panel.js";
import { barCells } from "./bar-cells.js";

const TITLE = "Force on each logit: ↑ pulled up, ↓ pushed down";

export class ForcePlot {
  plot = livePlot({ id: "force-plot", class: "force-plot" });
  #order = new Int32Array();
  /** What the plot's cells were made for. */
  #cells = "";
  /** @type {Range | null} */
  #range = null;

  /**
   * Which character stands in each place. While the run goes on they stay where they are: a label that moves cannot be
   * read.
   * @param {Forces | null} forces @param {{ byForce: boolean, live: boolean, count: number }} shown
   */
  order(forces, { byForce, live, count }) {
    if (this.#order.length !== count || (forces && !live)) {
      this.#order = barOrder(forces?.all ?? new Float64Array(count), byForce);
    }
    return this.#order;
  }

  /** Each bar is a cell of dlogits. @param {number} row @param {Int32Array | null} order */
  #point(row, order) {
    const made = order ? `${row}:${order.join()}` : "";
    if (made === this.#cells) return;
    this.#cells = made;
    this.plot.cells = order && barCells("dlogits", row, order, () => this.#range);
  }

  /** @param {Shown} shown */
  show({ example, row, forces, order, minibatch, characters, live }) {
    const { info, batch, gradient } = minibatch;
    this.#point(row, forces && areFinite(forces) ? order : null);
    if (!gradient) return drawUnknown(this.plot, TITLE, info);
    if (!example || !forces) {
      return drawMessage(this.plot, TITLE, live ? "So large a minibatch shows its examples once the run pauses" : "");
    }
    if (!areFinite(forces)) return drawMessage(this.plot, TITLE, "dlogits is not finite: no force can be told");
    const { target, probabilities } = example;
    this.#range = rangeOf(this.#range, forces, live);
    const [low, high] = this.#range;
    const text = `${Array.from(example.context, (index) => characters[index]).join("")} → ${characters[target]}`;
    this.plot.draw((detail, theme) => forceBars({
      title: TITLE, theme, detail, values: forces.all, order, characters,
      range: [high, low],
      describe: (character) => describeForce({
        example: text, character: characters[character], gradient: forces.all[character] / batch, batch,
        isTarget: character === target, probability: probabilities?.[character] ?? null,
      }),
    }));
  }
}

/**
 * An axis costs more than bars, so that it only grows while the run goes on.
 * @param {Range | null} previous @param {Forces} forces @param {boolean} live
 */
function rangeOf(previous, { all }, live) {
  const needed = extent(all, [0, -0.1, 0.05], live && previous ? [previous[0] * 0.85, previous[1] * 0.85] : []);
  return stickyRange(previous, needed);
}
