/**
 * The course of all measures over time: what REST has of the steps so far, and what frames tell since.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Cell } from "../../lib/health/health-rows.js"
 * @import { Frame } from "../../frames.js"
 */

import { Samples } from "../../lib/health/samples.js";

const POINTS = 80;
/** Of a run that goes on, what is older is read anew after so many milliseconds without a frame: there is a gap. */
const GAP = 2000;

export class Course {
  #samples = new Samples(0, 2 * POINTS);
  /** @type {Cell[]} */
  #cells = [];
  #session = "";
  #lastStep = 0;
  #readUntil = -1;
  #followedAt = -Infinity;
  #reading = false;

  get steps() {
    return this.#samples.steps;
  }

  /** @param {number} column */
  column(column) {
    return this.#samples.column(column);
  }

  /**
   * Reads from REST what it has not seen itself.
   * @param {Store} store @param {Cell[]} cells @param {() => void} redraw  When something was read.
   */
  follow(store, cells, redraw) {
    // The session's own, whatever another one that it is compared with has come to.
    const info = store.info.value;
    if (!info) return;
    const { session, last_step: last, running } = info;
    const now = performance.now();
    const isOther = session !== this.#session || cells !== this.#cells;
    if (isOther) this.#samples = new Samples(cells.length, 2 * POINTS);
    // What comes after it was discarded.
    if (last < this.#lastStep) this.#samples.cut(last);
    const hasGap = now - this.#followedAt > GAP;
    const isCoarse = !running && last - this.#readUntil > POINTS;
    const isStale = isOther || last < this.#lastStep || (hasGap && last > this.#readUntil) || isCoarse;
    this.#session = session;
    this.#cells = cells;
    this.#lastStep = last;
    this.#followedAt = now;
    if (isStale && !this.#reading) this.#read(store, redraw);
  }

  /** What was measured at a step that is known as a whole. @param {Frame | null} frame @param {number[]} numbers */
  add(frame, numbers) {
    const position = frame?.info.position;
    if (position && frame.info.session === this.#session && position.op === position.ops) {
      this.#samples.add(position.step, numbers);
    }
  }

  /** @param {Store} store @param {() => void} redraw */
  async #read(store, redraw) {
    const [samples, cells, last] = [this.#samples, this.#cells, this.#lastStep];
    this.#readUntil = last;
    this.#reading = true;
    try {
      const { series } = await store.reads.metrics(this.#session, cells.map(({ key }) => key).join(), POINTS, last);
      if (samples !== this.#samples) return; // Another session is on show by now.
      cells.forEach(({ key }, column) => samples.fill(column, series[key]));
      redraw();
    } catch (error) {
      store.actions.report(error);
    } finally {
      this.#reading = false;
    }
  }
}
