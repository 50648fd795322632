/**
 * Numbers that were seen at some steps, in bounded memory: where there are too many steps, every second one goes. All
 * numbers of a step stand in one row; what was not seen of it is NaN.
 *
 * @import { Series } from "../../types/wire"
 */

export class Samples {
  /** @type {number[]} In order. */
  steps = [];
  /** @type {Float64Array[]} */
  rows = [];
  #width;
  #most;

  /** @param {number} width  How many numbers a row has. @param {number} most  steps at most */
  constructor(width, most) {
    this.#width = width;
    this.#most = most;
  }

  /** What was seen at a step, in place of what was seen there before. @param {number} step @param {ArrayLike<number>} numbers */
  add(step, numbers) {
    if (numbers.length !== this.#width) throw new RangeError(`${numbers.length} numbers are not a row of ${this.#width}.`);
    this.rows[this.#placeOf(step)].set(numbers);
    if (this.steps.length > this.#most) this.#thin();
  }

  /** One number of each of many steps, such as REST tells of a metric. @param {number} column @param {Series} series */
  fill(column, { step, mean }) {
    step.forEach((each, i) => (this.rows[this.#placeOf(each)][column] = mean[i] ?? NaN));
    while (this.steps.length > this.#most) this.#thin();
  }

  /** One number at every step. @param {number} column */
  column(column) {
    return Float64Array.from(this.rows, (row) => row[column]);
  }

  /** Forgets all after a step. @param {number} step */
  cut(step) {
    const kept = this.steps.findLastIndex((each) => each <= step) + 1;
    this.steps.length = this.rows.length = kept;
  }

  /** Where a step's row stands, or stands now. @param {number} step */
  #placeOf(step) {
    const place = this.steps.findLastIndex((each) => each <= step);
    if (this.steps[place] === step) return place;
    this.steps.splice(place + 1, 0, step);
    this.rows.splice(place + 1, 0, new Float64Array(this.#width).fill(NaN));
    return place + 1;
  }

  /** The newest stays. */
  #thin() {
    const odd = (this.steps.length - 1) % 2;
    this.steps = this.steps.filter((_, i) => i % 2 === odd);
    this.rows = this.rows.filter((_, i) => i % 2 === odd);
  }
}
