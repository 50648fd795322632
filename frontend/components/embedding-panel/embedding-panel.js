/**
 * The embedding as a map: each character where it lies along the two directions in which characters differ most, and
 * where the gradient moves it. Each counts as often as it occurs: else those that hardly ever do, which training has
 * left where chance put them, would decide what the map shows.
 *
 * @import { Components } from "../../lib/learning/principal-components.js"
 * @import { Store } from "../../store/store.js"
 * @import { Range } from "../../types/plotly"
 * @import { Dataset } from "../../types/wire"
 */

import { embeddingMap } from "../../figures/embedding-map.js";
import { element, select, setOptions } from "../../lib/dom.js";
import { kindOf, visible } from "../../lib/forces/letters.js";
import { number, percent, whole } from "../../lib/format.js";
import { arrowEnds, characterCells, magnification } from "../../lib/learning/embedding.js";
import { firstLayerReads, times } from "../../lib/learning/first-layer.js";
import { alignedWith, centred, followed, principalComponents, projection, weighted } from "../../lib/learning/principal-components.js";
import { effect } from "../../lib/signals.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { read, values } from "../../lib/views.js";
import { drawMessage, drawUnknown, livePlot, Panel } from "../panel/panel.js";

/** What sets characters apart on the map. */
const DISTANCES = {
  layer: { text: "as the first layer sees them", title: "Characters as the first layer sees them" },
  rows: { text: "between rows of C", title: "Characters by their rows of C" },
};
const DIVERGED = "C or W1 has numbers that are not finite: training has diverged";
const EMBEDDING = values("C");
/** Larger weights would take too much of a frame. */
const WEIGHTS = values("W1", 16384);
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
    super("Embedding", "Each character is a row of C, here along the two principal components, in which a frequent "
      + "character (a large disc) counts for more than a rare one. Arrows: where the next step moves it, "
      + "−learning rate · dC, drawn longer than it is.");
  }

  /** @override @param {Store} store */
  controls({ actions, choices }) {
    const distances = select({ id: "embedding-distances", "aria-label": "Distances on the map" }, (value) => actions.choose("distances", value));
    effect(() => setOptions(distances, Object.entries(DISTANCES).map(([value, { text }]) => ({ value, text })), choices.value.distances));
    this.#arrows.addEventListener("change", () => actions.choose("arrows", this.#arrows.checked ? "on" : "off"));
    return [
      element("label", { class: "check", title: "As the first layer sees them: by what its weights W1 make of their rows. What the network does not read does not count" },
        "distances", distances),
      element("label", { class: "check", title: "Where the next step moves each character: against its gradient" },
        this.#arrows, "gradients"),
    ];
  }

  /** @override @param {Store} store */
  body({ actions }) {
    this.#plot.addEventListener("pin", () => actions.select("C"));
    return [this.#plot];
  }

  /** @override @param {Store} store */
  wishes({ choices }) {
    return [
      EMBEDDING, CONTEXTS,
      ...(choices.value.distances === "layer" ? [WEIGHTS] : []), ...(choices.value.arrows === "on" ? [GRADIENT] : []),
    ];
  }

  /** @override @param {Store} store */
  update(store) {
    const { frame, dataset, choices, session } = store;
    const { distances, arrows } = choices.value;
    this.#arrows.checked = arrows === "on";
    const seen = read(frame.value, EMBEDDING);
    const weights = distances === "layer" ? read(frame.value, WEIGHTS) : null;
    if (!seen || (distances === "layer" && !weights)) return;
    const factor = weights?.data && !weights.info.block ? firstLayerReads(weights.data, seen.columns, weights.columns) : null;
    const title = DISTANCES[factor ? "layer" : "rows"].title + (weights?.info.block ? ": W1 is too large to be read" : "");
    if (!seen.data) return drawUnknown(this.#plot, title, seen.info);
    if (seen.info.block) return drawMessage(this.#plot, title, `C is too large for a map: ${seen.info.shape.join(" × ")}`);
    // While another session's data set is on the way, there is nothing to draw.
    if (dataset.value?.occurrences.length !== seen.rows) return;
    const apart = (/** @type {ArrayLike<number>} */ rows) => (factor ? times(rows, seen.columns, factor) : rows);
    const points = apart(seen.data);
    if (!Array.prototype.every.call(points, Number.isFinite)) return drawMessage(this.#plot, title, DIVERGED);
    this.#begin(`${session.value?.id} ${title}`);
    const gradient = arrows === "on" ? read(frame.value, GRADIENT)?.data ?? null : null;
    this.#drawMap(store, { title, points, gradient, slopes: gradient && apart(gradient) }, dataset.value);
  }

  /**
   * @param {Store} store
   * @param {{ title: string, points: ArrayLike<number>, gradient: ArrayLike<number> | null, slopes: ArrayLike<number> | null }} shown
   *   Where the characters are and their gradients, in the space whose components are taken; and the gradients of C.
   * @param {Dataset} dataset
   */
  #drawMap({ frame, streaming, training }, { title, points, gradient, slopes }, dataset) {
    const { characters, occurrences } = dataset;
    const width = points.length / characters.length;
    const rows = centred(points, width, occurrences);
    const components = this.#find(weighted(rows, width, occurrences), width, streaming.value);
    const [x, y] = onMap(rows, components);
    const arrows = slopes && this.#pointTo([x, y], slopes, components, training.value?.learning_rate ?? 0);
    const most = Math.max(...occurrences);
    const places = characters.map((character, i) => (
      { character, kind: kindOf(character, i), share: occurrences[i] / most, x: x[i], y: y[i] }));
    const contexts = read(frame.value, CONTEXTS)?.data ?? [];
    const ranges = this.#around([x, y], arrows);
    this.#plot.cells = characterCells(x, y, sizeOf([x, y]));
    this.#plot.draw((detail, theme) => embeddingMap({
      places, arrows, theme, title, axes: axesOf(components, detail), ranges,
      hover: detail ? hoverOf(dataset, contexts, gradient) : null,
    }));
  }

  /** Of another map nothing is kept. @param {string} map */
  #begin(map) {
    if (map === this.#of) return;
    this.#of = map;
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

/** @param {Dataset} dataset @param {ArrayLike<number>} contexts @param {ArrayLike<number> | null} gradient */
function hoverOf({ characters, occurrences }, contexts, gradient) {
  const columns = (gradient?.length ?? 0) / characters.length;
  const counts = new Array(characters.length).fill(0);
  for (let i = 0; i < contexts.length; i++) counts[contexts[i]]++;
  return characters.map((character, i) => {
    const size = gradient && Math.hypot(...Array.from({ length: columns }, (_, k) => gradient[i * columns + k]));
    const stands = [
      `‘${visible(character)}’: ${whole(occurrences[i])} times in the words${i ? "" : ", two for each: start and end"}`,
      `in ${whole(counts[i])} of ${whole(contexts.length)} places of this minibatch’s contexts`,
    ];
    return size === null ? stands : [...stands, `norm of its gradient: ${number(size, 3)}`];
  });
}

customElements.define("embedding-panel", EmbeddingPanel);
