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
 * @property {boolean} [signed]  Known beforehand to have two sides.
 * @property {number} [largest]  What its own scale must reach: of pictures that share one.
 * @property {string} [cellsOfTensor]  Whose cells they are, where it is a part of another tensor.
 *
 * @typedef {{ limit: number, scale: "diverging" | "sequential" }} Span  ± limit, or 0 … limit.
 */

import { heatmap } from "../../figures/heatmap.js";
import { scalar } from "../../figures/scalar.js";
import { number } from "../../lib/format.js";
import { largestMagnitude, symmetricLimit } from "../../lib/ranges.js";
import { reduction } from "../../lib/views.js";
import { drawMessage, drawUnknown, livePlot } from "../panel/panel.js";
import { limits } from "./limits.js";
import { cellsOf } from "./pointing.js";

export class Picture {
  /** @type {number | null} */
  #limit = null;
  #signed = false;
  #shown = "";
  #span = /** @type {() => Span | null} */ (() => null);

  /** @param {string} id */
  constructor(id) {
    this.plot = livePlot({ id });
  }

  /** What its colours span; null while it shows no colours. */
  get span() {
    return this.#span();
  }

  /** @param {string} title @param {string} message */
  say(title, message) {
    this.#shown = "";
    this.#span = () => null;
    this.plot.cells = null;
    limits.release(this.plot);
    drawMessage(this.plot, title, message);
  }

  /** @param {Shown} shown */
  show({ title, label, name, view, numbers, axes, signed = false, largest: shared = 0, cellsOfTensor }) {
    const { info, data, rows, columns } = view;
    if (this.#shown !== info.tensor || !data) this.#limit = null;
    if (this.#shown !== info.tensor) this.#signed = false;
    this.#shown = info.tensor;
    this.plot.cells = data && cellsOf(cellsOfTensor ?? info.tensor, info.shape, { block: info.block ?? null });
    if (!data || !info.shape.length) limits.release(this.plot);
    this.#span = () => null;
    if (!data) return drawUnknown(this.plot, title, { tensor: label, known_at: info.known_at });
    if (!info.shape.length) {
      const text = number(data[0]);
      return this.plot.draw((detail, theme) => scalar({ title, text, theme, detail }));
    }
    // Once a value was negative, the scale has two sides for as long as the tensor is shown: it must not flap.
    this.#signed ||= signed || (numbers?.min ?? 0) < 0;
    const scale = this.#signed ? "diverging" : "sequential";
    const largest = Math.max(shared, largestMagnitude(data));
    const own = symmetricLimit(this.#limit, largest);
    this.#limit = own;
    limits.hold(this.plot, largest);
    this.#span = () => ({ limit: limits.of(this.plot, own).limit, scale });
    const values = data instanceof Float32Array ? data : Float32Array.from(data);
    this.plot.draw((detail, theme) => heatmap({
      values, rows, columns, title: title + reduction(info), theme, detail, scale,
      ...limits.of(this.plot, own),
      block: info.block ?? null, valueTitle: name, rowTitle: axes.rows.title, columnTitle: axes.columns.title,
      rowLabels: axes.rows.labels, columnLabels: axes.columns.labels,
    }));
  }
}
