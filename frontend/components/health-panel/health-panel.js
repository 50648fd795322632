/**
 * Whether every layer and every parameter learns: each measure's number, verdict and course, live and over time.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Cell, Reading, Row } from "../../lib/health/health-rows.js"
 * @import { Measure } from "../../lib/health/health.js"
 * @import { Network } from "../../types/wire"
 */

import { element, setText } from "../../lib/dom.js";
import { cellsOf, readingsOf, rowsOf, viewsOf } from "../../lib/health/health-rows.js";
import { boundsText, LEVELS, measuresOf } from "../../lib/health/health.js";
import { smooth } from "../../lib/learning/smoothing.js";
import { Panel } from "../panel/panel.js";
import { Course } from "./course.js";
import { Findings } from "./findings.js";
import { HealthPlots } from "./health-plots.js";
import { ReadingCell } from "./reading-cell.js";

/** While data streams the numbers change so seldom that they can be read, in milliseconds … */
const READABLE = 250;
/** … and so seldom that to draw them takes no more than this share of the time. */
const SHARE = 1 / 20;
/** The weight of the past in a running mean of what was measured. */
const RUNNING = 0.9;

const TITLES = { layer: "Hidden layers", parameter: "Parameters" };

export class HealthPanel extends Panel {
  #findings = new Findings();
  #plots = new HealthPlots();
  #about = element("p", { class: "about" });
  #tables = element("div", { class: "tables" });
  /** @type {Network | null} */
  #network = null;
  /** @type {Row[]} */
  #rows = [];
  /** @type {Cell[]} */
  #cells = [];
  /** @type {ReadingCell[]} */
  #shown = [];
  #course = new Course();
  #drawnAt = -Infinity;
  #pause = READABLE;

  constructor() {
    super("Health", "Each number has a verdict by rules of thumb. Press one for its course, its thresholds, and their source.");
  }

  /** @override */
  body() {
    return [
      element("div", { class: "overview" }, this.#findings.root, this.#plots.layers, this.#plots.course),
      this.#about, this.#tables,
    ];
  }

  /** @override @param {Store} store */
  wishes({ network }) {
    return network.value ? viewsOf(this.#rowsOf(network.value)) : [];
  }

  /** @override @param {Store} store */
  update(store) {
    const network = store.network.value;
    const frame = store.frame.value;
    const chosen = store.choices.value.health;
    if (!network) return;
    if (network !== this.#network) this.#build(network, store);
    const now = performance.now();
    this.#course.follow(store, this.#cells, () => this.#draw(store, store.choices.peek().health));
    if (store.streaming.value && now - this.#drawnAt < this.#pause) return;
    const readings = readingsOf(this.#cells, frame, (key) => this.#runningMean(key));
    this.#course.add(frame, this.#cells.map(({ key }) => readings.get(key)?.value ?? NaN));
    this.#draw(store, chosen, readings);
    this.#drawnAt = performance.now();
    this.#pause = Math.max(READABLE, (this.#drawnAt - now) / SHARE);
  }

  /** @param {Network} network */
  #rowsOf(network) {
    return network === this.#network ? this.#rows : rowsOf(network);
  }

  /** @param {string} key */
  #runningMean(key) {
    const column = this.#cells.findIndex((cell) => cell.key === key);
    return key.startsWith("gradient_norm.") ? smooth(this.#course.column(column), RUNNING).at(-1) ?? NaN : NaN;
  }

  /** @param {Store} store @param {string} choice @param {ReadonlyMap<string, Reading>} [readings] */
  #draw(store, choice, readings) {
    const all = readings ?? readingsOf(this.#cells, store.frame.peek(), (key) => this.#runningMean(key));
    const chosen = this.#cells.find(({ key }) => key === choice) ?? this.#first();
    this.#shown.forEach((shown, column) => {
      const { key } = shown.cell;
      shown.show(all.get(key) ?? { value: null, verdict: null }, this.#course.column(column), shown.cell === chosen);
    });
    this.#findings.show(this.#cells, all);
    this.#plots.showLayers(this.#cells, all);
    if (!chosen) return;
    this.#plots.showCourse(chosen, this.#course.steps, this.#course.column(this.#cells.indexOf(chosen)));
    setText(this.#about, aboutText(chosen));
  }

  /** What is followed where nothing is chosen: how far a step takes the first weights. */
  #first() {
    return this.#cells.find(({ row, measure }) => measure.name === "update_ratio" && row.tensor === "W1") ?? this.#cells[0];
  }

  /** @param {Network} network @param {Store} store */
  #build(network, { actions }) {
    this.#network = network;
    this.#rows = rowsOf(network);
    this.#cells = cellsOf(this.#rows);
    this.#shown = this.#cells.map((cell) => new ReadingCell(cell, () => actions.choose("health", cell.key)));
    this.#tables.replaceChildren(...(/** @type {const} */ (["layer", "parameter"])).map((of) => this.#table(of, actions.inspect)));
  }

  /** @param {Measure["of"]} of @param {(tensor: string) => void} inspect */
  #table(of, inspect) {
    const head = measuresOf(of).map(({ title, says }) => element("th", { scope: "col", title: says }, title));
    const rows = this.#rows.filter((row) => row.of === of).map(({ tensor }) => {
      const name = element("button", { type: "button", class: "tensor", title: "Show it as the chosen tensor" }, tensor);
      name.addEventListener("click", () => inspect(tensor));
      const cells = this.#shown.filter(({ cell }) => cell.row.tensor === tensor && cell.row.of === of);
      return element("tr", {}, element("th", { scope: "row" }, name), ...cells.map(({ root }) => root));
    });
    return element("table", {}, element("caption", {}, TITLES[of]),
      element("thead", {}, element("tr", {}, element("th", { scope: "col" }, of === "layer" ? "layer" : "parameter"), ...head)),
      element("tbody", {}, ...rows));
  }
}

/** What a measure is, and from where on it is fine, to be watched, or bad. @param {Cell} cell */
export function aboutText({ row, measure }) {
  const { title, says, stretches, judged, source } = measure;
  const head = `${title} of ${row.tensor}: ${says}.`;
  if (!stretches.length) return `${head} No threshold: there is no telling from this number alone.`;
  const bounds = stretches.map(({ level }, i) => `${boundsText(measure, i)} ${LEVELS[level].text}`).join("; ");
  return `${head} Rule of thumb (${judged}): ${bounds}. After ${source}.`;
}

customElements.define("health-panel", HealthPanel);
