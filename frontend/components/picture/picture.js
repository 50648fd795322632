/**
 * The picture of one tensor: colours for its values, or figures for a single number.
 *
 * @import { Axis } from "../../lib/axes.js"
 * @import { Summary } from "../../types/wire"
 * @import { read } from "../../lib/views.js"
 *
 * @typedef {object} Shown
 * @property {string} title
 * @property {string} label  Which tensor it is, in a message.
 * @property {string} name  What the colours stand for.
 * @property {NonNullable<ReturnType<typeof read>>} view  Its values.
 * @property {Summary | null} numbers
 * @property {{ rows: Axis, columns: Axis }} axes
 */

import { heatmap } from "../../figures/heatmap.js";
import { scalar } from "../../figures/scalar.js";
import { number } from "../../lib/format.js";
import { largestMagnitude, symmetricLimit } from "../../lib/ranges.js";
import { reduction } from "../../lib/views.js";
import { drawMessage, drawUnknown, livePlot } from "../panel/panel.js";

export class Picture {
  /** @type {number | null} */
  #limit = null;
  #signed = false;
  #shown = "";

  /** @param {string} id */
  constructor(id) {
    this.plot = livePlot({ id });
  }

  /** @param {string} title @param {string} message */
  say(title, message) {
    this.#shown = "";
    drawMessage(this.plot, title, message);
  }

  /** @param {Shown} shown */
  show({ title, label, name, view, numbers, axes }) {
    const { info, data, rows, columns } = view;
    if (this.#shown !== info.tensor || !data) this.#limit = null;
    if (this.#shown !== info.tensor) this.#signed = false;
    this.#shown = info.tensor;
    if (!data) return drawUnknown(this.plot, title, { tensor: label, known_at: info.known_at });
    if (!info.shape.length) {
      const text = number(data[0]);
      return this.plot.draw((detail, theme) => scalar({ title, text, theme, detail }));
    }
    // Once a value was negative, the scale has two sides for as long as the tensor is shown: it must not flap.
    this.#signed ||= (numbers?.min ?? 0) < 0;
    const scale = this.#signed ? "diverging" : "sequential";
    const limit = symmetricLimit(this.#limit, largestMagnitude(data));
    this.#limit = limit;
    const values = data instanceof Float32Array ? data : Float32Array.from(data);
    this.plot.draw((detail, theme) => heatmap({
      values, rows, columns, title: title + reduction(info), theme, detail, limit, scale,
      block: info.block ?? null, valueTitle: name, rowTitle: axes.rows.title, columnTitle: axes.columns.title,
      rowLabels: axes.rows.labels, columnLabels: axes.columns.labels,
    }));
  }
}
