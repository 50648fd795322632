/**
 * The embedding as a map: each character where its row of C lies along the two directions in which the rows differ
 * most, and where the gradient moves it.
 *
 * @import { Components } from "../../lib/learning/principal-components.js"
 * @import { Store } from "../../store/store.js"
 * @import { Range } from "../../types/plotly"
 */

import { embeddingMap } from "../../figures/embedding-map.js";
import { element } from "../../lib/dom.js";
import { kindOf, visible } from "../../lib/forces/letters.js";
import { number, percent, whole } from "../../lib/format.js";
import { arrowEnds, characterCells, magnification } from "../../lib/learning/embedding.js";
import { alignedWith, centred, followed, principalComponents, projection } from "../../lib/learning/principal-components.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { read, values } from "../../lib/views.js";
import { drawMessage, drawUnknown, livePlot, Panel } from "../panel/panel.js";

const TITLE = "Rows of C along their principal components";
const EMBEDDING = values("C");
const GRADIENT = values("dC");
const CONTEXTS = values("Xb");

export class EmbeddingPanel extends Panel {
  #plot = livePlot({ id: "embedding-plot" });
  #arrows = element("input", { type: "checkbox", id: "embedding-arrows" });
  /** @type {Components | null} */
  #components = null;
  /** @type {[Range | null, Range | null]} */
  #ranges = [null, null];
  /** @type {number | null} */
  #magnified = null;
  #of = "";

  constructor() {
    super("Embedding", "Each character is a row of C, here along the two directions in which the rows differ most. "
      + "Arrows: where the next step moves it, −learning rate · dC, drawn longer than it is.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    this.#arrows.addEventListener("change", () => actions.choose("arrows", this.#arrows.checked ? "on" : "off"));
    return [element("label", { class: "check", title: "Where the next step moves each character: against its gradient" },
      this.#arrows, "gradients")];
  }

  /** @override @param {Store} store */
  body({ actions }) {
    this.#plot.addEventListener("pin", () => actions.inspect("C"));
    return [this.#plot];
  }

  /** @override @param {Store} store */
  wishes({ choices }) {
    return [EMBEDDING, CONTEXTS, ...(choices.value.arrows === "on" ? [GRADIENT] : [])];
  }

  /** @override @param {Store} store */
  update({ frame, dataset, choices, session, streaming, training }) {
    this.#arrows.checked = choices.value.arrows === "on";
    const seen = read(frame.value, EMBEDDING);
    if (!seen || !dataset.value) return;
    if (!seen.data) return drawUnknown(this.#plot, TITLE, seen.info);
    if (seen.info.block) return drawMessage(this.#plot, TITLE, `C is too large for a map: ${seen.info.shape.join(" × ")}`);
    const { data, columns } = seen;
    if (!data.every(Number.isFinite)) return drawMessage(this.#plot, TITLE, "C has numbers that are not finite: training has diverged");
    this.#begin(`${session.value?.id}`);
    const rows = centred(data, columns);
    const components = this.#find(rows, columns, streaming.value);
    const [x, y] = onMap(rows, components);
    const gradient = choices.value.arrows === "on" ? read(frame.value, GRADIENT) : null;
    const arrows = gradient?.data ? this.#pointTo([x, y], gradient.data, components, training.value?.learning_rate ?? 0) : null;
    const { characters } = dataset.value;
    const places = Array.from(x, (_, i) => ({ character: characters[i], kind: kindOf(characters[i], i), x: x[i], y: y[i] }));
    const contexts = read(frame.value, CONTEXTS)?.data ?? [];
    const ranges = this.#around([x, y], arrows);
    this.#plot.cells = characterCells(x, y, sizeOf([x, y]));
    this.#plot.draw((detail, theme) => embeddingMap({
      places, arrows, theme, title: TITLE, axes: axesOf(components, detail), ranges,
      hover: detail ? hoverOf(characters, contexts, gradient?.data ?? null, columns) : null,
    }));
  }

  /** Of another session nothing is kept. @param {string} session */
  #begin(session) {
    if (session === this.#of) return;
    this.#of = session;
    this.#components = null;
    this.#ranges = [null, null];
    this.#magnified = null;
  }

  /** Exact where one can look at them; while data streams they follow without a jump. @param {Float64Array} rows @param {number} columns @param {boolean} streaming */
  #find(rows, columns, streaming) {
    const before = this.#components?.directions ?? [];
    this.#components = streaming && before.length
      ? followed(rows, columns, before)
      : alignedWith(principalComponents(rows, columns, 2, before), before);
    return this.#components;
  }

  /**
   * @param {[Float64Array, Float64Array]} from @param {ArrayLike<number>} gradient @param {Components} components
   * @param {number} rate
   */
  #pointTo(from, gradient, components, rate) {
    const [x, y] = onMap(gradient, components).map((along) => along.map((value) => -rate * value));
    const size = sizeOf(from);
    const longest = Math.max(...x.map((value, i) => Math.hypot(value, y[i])));
    this.#magnified = magnification(this.#magnified, longest, size);
    if (!Number.isFinite(longest)) return null;
    const name = `next step × ${whole(this.#magnified)}`;
    return { name, ...arrowEnds(from, [x, y], this.#magnified) };
  }

  /** @param {[Float64Array, Float64Array]} places @param {{ x: Float64Array, y: Float64Array } | null} arrows @returns {[Range, Range]} */
  #around([x, y], arrows) {
    const ranges = [extent(x, arrows?.x ?? []), extent(y, arrows?.y ?? [])];
    const [first, second] = this.#ranges;
    this.#ranges = [stickyRange(first, ranges[0]), stickyRange(second, ranges[1])];
    return /** @type {[Range, Range]} */ (this.#ranges);
  }
}

/** @param {Float64Array[]} places */
const sizeOf = (places) => Math.max(...places.map((along) => Math.max(...along) - Math.min(...along)));

/** Where rows lie along both components. @param {ArrayLike<number>} rows @param {Components} components @returns {[Float64Array, Float64Array]} */
function onMap(rows, { directions }) {
  const [x, y] = directions.map((along) => projection(rows, along.length, along));
  return [x, y ?? new Float64Array(x.length)];
}

/** Shares change with every frame, and an axis is drawn by Plotly: they are told where one can read them. @param {Components} components @param {boolean} detail @returns {[string, string]} */
function axesOf({ directions, shares }, detail) {
  const [x, y] = [0, 1].map((i) => {
    if (!directions[i]) return "no second component: E is 1";
    const share = Number.isNaN(shares[i]) ? "nothing varies" : `${percent(shares[i])} of the variance`;
    return `component ${i + 1}${detail ? `: ${share}` : ""}`;
  });
  return [x, y];
}

/** @param {string[]} characters @param {ArrayLike<number>} contexts @param {ArrayLike<number> | null} gradient @param {number} columns */
function hoverOf(characters, contexts, gradient, columns) {
  const counts = new Array(characters.length).fill(0);
  for (let i = 0; i < contexts.length; i++) counts[contexts[i]]++;
  return characters.map((character, i) => {
    const size = gradient && Math.hypot(...Array.from({ length: columns }, (_, k) => gradient[i * columns + k]));
    const stands = [`‘${visible(character)}’: in ${whole(counts[i])} of ${whole(contexts.length)} places of the contexts`];
    return size === null ? stands : [...stands, `norm of its gradient: ${number(size, 3)}`];
  });
}

customElements.define("embedding-panel", EmbeddingPanel);
