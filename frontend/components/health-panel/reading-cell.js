/**
 * One measure of one layer or parameter: its number, its verdict, and how it came there.
 *
 * @import { Cell, Reading } from "../../lib/health/health-rows.js"
 */

import { drawing, element, setText } from "../../lib/dom.js";
import { number, percent } from "../../lib/format.js";
import { LEVELS } from "../../lib/health/health.js";
import { sparkline } from "../../lib/health/sparkline.js";

/** Of a sparkline's own coordinates; it is stretched to the cell. */
const SIZE = { width: 600, height: 80 };

/** @type {Record<string, (value: number, cell: Cell) => string>} */
const WRITTEN = {
  saturation: (value) => percent(value),
  dead_units: (value, { row }) => `${value} of ${row.units}`,
  grad_data: (value) => value.toFixed(2).replace("-", "−"),
  update_ratio: (value) => value.toFixed(2).replace("-", "−"),
};

/** A measure's number as a person reads it. @param {Cell} cell @param {number | null} value */
export function written(cell, value) {
  if (value === null) return "–";
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "not finite" : value < 0 ? "−∞" : "∞";
  return (WRITTEN[cell.measure.name] ?? ((/** @type {number} */ each) => number(each, 3)))(value, cell);
}

export class ReadingCell {
  #number = element("span", { class: "number" }, "–");
  #verdict = element("span", { class: "verdict" });
  #path = drawing("path");

  /** @param {Cell} cell @param {() => void} choose */
  constructor(cell, choose) {
    this.cell = cell;
    const view = drawing("svg", {
      viewBox: `0 -5 ${SIZE.width} ${SIZE.height + 10}`, preserveAspectRatio: "none", class: "sparkline", "aria-hidden": "true",
    }, this.#path);
    this.button = element("button", { type: "button", class: "reading", "data-key": cell.key, onclick: choose },
      this.#number, this.#verdict, view);
    this.root = element("td", {}, this.button);
  }

  /** @param {Reading} reading @param {Float64Array} column  Over time. @param {boolean} chosen */
  show({ value, verdict }, column, chosen) {
    setText(this.#number, written(this.cell, value));
    const level = verdict?.level ?? "";
    if (this.button.dataset.level !== level) this.button.dataset.level = level;
    setText(this.#verdict, verdict ? `${LEVELS[verdict.level].icon} ${LEVELS[verdict.level].text}` : "");
    const pressed = String(chosen);
    if (this.button.getAttribute("aria-pressed") !== pressed) this.button.setAttribute("aria-pressed", pressed);
    this.#path.setAttribute("d", sparkline(column, SIZE, this.cell.measure.log ?? false));
  }
}
