/**
 * A tensor and its gradient in numbers.
 *
 * @import { Frame } from "../../frames.js"
 * @import { Store } from "../../store/store.js"
 * @import { Summary } from "../../types/wire"
 */

import { selected } from "../../lib/card/selection.js";
import { element, setText } from "../../lib/dom.js";
import { number, percent } from "../../lib/format.js";
import { SATURATED, saturatedShare } from "../../lib/health/saturation.js";
import { ReadableView } from "../../lib/view.js";
import { read, summary } from "../../lib/views.js";

/** @type {{ name: string, says: string, of: (numbers: Summary) => string }[]} */
const COLUMNS = [
  { name: "mean", says: "mean of the finite values", of: ({ mean }) => number(mean) },
  { name: "std", says: "standard deviation of the finite values", of: ({ std }) => number(std) },
  { name: "min", says: "smallest finite value", of: ({ min }) => number(min) },
  { name: "max", says: "largest finite value", of: ({ max }) => number(max) },
  { name: "norm", says: "root of the sum of squares of the finite values", of: ({ norm }) => number(norm) },
  { name: "zeros", says: "share of exact zeros", of: ({ zeros }) => percent(zeros) },
  { name: "NaN", says: "share that is not a number", of: ({ nan }) => percent(nan) },
  { name: "infinite", says: "share that is infinite", of: ({ infinite }) => percent(infinite) },
  { name: "saturated", says: `share of the numbers with |h| > ${SATURATED}`, of: (all) => percent(saturatedShare(all)) },
];

export class SummaryTable extends ReadableView {
  #value = COLUMNS.map(() => element("td"));
  #gradient = COLUMNS.map(() => element("td"));

  /** @override */
  build() {
    const head = COLUMNS.map(({ name, says }) => element("th", { scope: "col", title: says }, name));
    this.append(element("table", {},
      element("thead", {}, element("tr", {}, element("td"), ...head)),
      element("tbody", {},
        element("tr", {}, element("th", { scope: "row" }, "value"), ...this.#value),
        element("tr", {}, element("th", { scope: "row" }, "gradient"), ...this.#gradient))));
  }

  /** @override @param {Store} store */
  update(store) {
    const frame = store.frame.value;
    const { tensor, gradient } = selected(store);
    fill(this.#value, numbersOf(frame, tensor));
    fill(this.#gradient, numbersOf(frame, gradient));
  }
}

/** @param {Frame | null} frame @param {string | null} tensor */
const numbersOf = (frame, tensor) => (tensor === null ? null : (read(frame, summary(tensor))?.info.summary ?? null));

/** @param {HTMLElement[]} cells @param {Summary | null} numbers */
const fill = (cells, numbers) => COLUMNS.forEach(({ of }, i) => setText(cells[i], numbers ? of(numbers) : "–"));

customElements.define("summary-table", SummaryTable);
