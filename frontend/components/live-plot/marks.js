/**
 * Outlines over a plot's data: of cells, of whole rows and columns. They keep to the axes through zoom and resize,
 * whichever painter draws the data.
 *
 * @import { PlotArea } from "../../types/plotly"
 * @import { Place } from "../picture/pointing.js"
 *
 * @typedef {"source" | "pinned" | "pointed"} MarkKind  In the order in which they lie one over the other.
 * @typedef {{ kind: MarkKind, place: Place }} Mark
 */

import { drawing } from "../../lib/dom.js";
import { pixelsOf } from "./pixels.js";

/** @type {MarkKind[]} */
const KINDS = ["source", "pinned", "pointed"];
/** However small a cell is, its outline is seen; in pixels. */
const SMALLEST = 5;

export class Marks {
  /** @type {Mark[]} */
  #marks = [];
  #drawn = "";
  root = drawing("svg", { class: "marks", "aria-hidden": "true" });
  /** Each outline twice, on a ground that is seen on every colour. */
  #outlines = KINDS.map((kind) => ({
    kind,
    paths: ["ground", "line"].map((layer) => drawing("path", { class: `${kind} ${layer}` })),
  }));

  constructor() {
    this.root.append(...this.#outlines.flatMap(({ paths }) => paths));
  }

  /** @param {Mark[]} marks */
  set marks(marks) {
    this.#marks = marks;
  }

  /** Where the axes have them now; nothing is written unless something moved. @param {PlotArea | null} area */
  place(area) {
    if (!this.#marks.length && !this.#drawn) return;
    const outlines = area ? KINDS.map((kind) => outlineOf(this.#marks.filter((mark) => mark.kind === kind), area)) : [];
    const { left = 0, top = 0, width = 0, height = 0 } = area ?? {};
    const drawn = this.#marks.length ? [left, top, width, height, ...outlines].join() : "";
    if (drawn === this.#drawn) return;
    this.#drawn = drawn;
    Object.assign(this.root.style, { left: `${left}px`, top: `${top}px`, width: `${width}px`, height: `${height}px` });
    this.#outlines.forEach(({ paths }, i) => paths.forEach((path) => path.setAttribute("d", outlines[i] ?? "")));
  }
}

/** @param {Mark[]} marks @param {PlotArea} area */
function outlineOf(marks, area) {
  const { toX, toY } = pixelsOf(area);
  return marks.map(({ place: { row, column, rows, columns } }) => {
    const [left, right] = apart(toX(column - 0.5), toX(column + columns - 0.5));
    const [top, bottom] = apart(toY(row - 0.5), toY(row + rows - 0.5));
    return `M${left} ${top}H${right}V${bottom}H${left}Z`;
  }).join("");
}

/** Two edges in order, at least so far apart that one sees that there is something between them.
 * @param {number} a @param {number} b */
function apart(a, b) {
  const [low, high] = a < b ? [a, b] : [b, a];
  const missing = Math.max(0, SMALLEST - (high - low)) / 2;
  return [low - missing, high + missing].map((edge) => Math.round(10 * edge) / 10);
}
