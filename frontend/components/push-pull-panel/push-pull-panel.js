/**
 * The gradient on each logit of the minibatch: the target's is pulled up, all others are pushed down. A click on a row
 * chooses its example, whose forces another panel shows one by one.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Pointed } from "../live-plot/pointer.js"
 * @import { Minibatch } from "../../lib/forces/minibatch.js"
 */

import { pushes } from "../../figures/pushes.js";
import { element, select, setOptions } from "../../lib/dom.js";
import { describeForce, exampleLabels } from "../../lib/forces/examples.js";
import { chosenRow, lossesOf, minibatchOf, minibatchViews, rowOrder } from "../../lib/forces/minibatch.js";
import { number } from "../../lib/format.js";
import { largestMagnitude, symmetricLimit } from "../../lib/ranges.js";
import { reduction } from "../../lib/views.js";
import { drawUnknown, livePlot, Panel } from "../panel/panel.js";
import { cellsOf } from "../picture/pointing.js";

const TITLE = "dlogits: ∂loss / ∂logits";
/** So many characters of an example's label follow its context. */
const ARROW_AND_TARGET = 4;
const ORDERS = [{ value: "batch", text: "batch order" }, { value: "loss", text: "hardest first" }];

export class PushPullPanel extends Panel {
  #plot = livePlot({ id: "push-pull-plot" });
  #sort = element("select");
  /** @type {number | null} */
  #lossLimit = null;
  /** What the plot's cells were made for, as text to compare. */
  #cells = "";

  constructor() {
    super("Push and pull", "In each example (a row) the gradient pulls the target's logit up and pushes all others down. "
      + "Click a row to see its forces.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    this.#sort = select({ id: "example-sort", "aria-label": "Order of the examples" },
      (order) => actions.choose("sort", order));
    return [
      element("ul", { class: "key" },
        element("li", { class: "pull" }, "pulled up (−)"), element("li", { class: "push" }, "pushed down (+)")),
      this.#sort,
    ];
  }

  /** @override @param {Store} store */
  body({ actions }) {
    this.#plot.addEventListener("pin", (event) => {
      const { cell, block } = /** @type {CustomEvent<Pointed>} */ (event).detail;
      if (cell && block[0] === 1) actions.choose("example", String(cell[0]));
    });
    return [this.#plot];
  }

  /** @override @param {Store} store */
  wishes({ network }) {
    return minibatchViews(network.value);
  }

  /** @override @param {Store} store */
  update(store) {
    const { frame, network, choices } = store;
    const minibatch = minibatchOf(frame.value, network.value);
    if (!minibatch || !store.dataset.value) return;
    setOptions(this.#sort, ORDERS, choices.value.sort);
    this.#sort.disabled = !minibatch.whole;
    this.#sort.title = minibatch.whole ? "" : "Each row stands for several examples of so large a minibatch.";
    if (minibatch.gradient) return this.#draw(minibatch, /** @type {Float32Array} */ (minibatch.gradient), store);
    this.#point(null, null);
    drawUnknown(this.#plot, TITLE, minibatch.info);
  }

  /** @param {Minibatch} minibatch @param {Float32Array} gradient @param {Store} store */
  #draw(minibatch, gradient, { dataset, choices, streaming }) {
    const { batch, whole, info: { block = null } } = minibatch;
    const characters = dataset.value?.characters ?? [];
    const losses = lossesOf(minibatch);
    const order = rowOrder(losses, choices.value.sort);
    const columns = Math.ceil(minibatch.columns / (block?.[1] ?? 1));
    const live = streaming.value;
    const chosen = chosenRow(choices.value.example, batch);
    // A batch too large to be sent whole comes in blocks: then a row is no single example.
    const rows = whole ? wholeRows(minibatch, { characters, losses, order }) : null;
    // Rows that are sorted anew in every frame cannot be pointed at.
    if (live && order) this.#point(null, null);
    else this.#point(minibatch, order);
    const lossLimit = losses ? symmetricLimit(this.#lossLimit, largestMagnitude(losses)) : null;
    this.#lossLimit = lossLimit;
    this.#plot.draw((detail, theme) => pushes({
      values: order ? rearranged(gradient, order, columns) : gradient,
      rows: gradient.length / columns, columns, title: TITLE + reduction({ block }), theme, detail,
      block, scale: "pushes", valueTitle: "dlogits", columnTitle: "character of the logit",
      // No force is larger: a probability, or what it lacks to 1, over B.
      limit: 1 / batch, limitText: `1/${batch}`,
      rowTitle: rows ? `example: context → target${order ? ", hardest first" : ""}` : "example in the batch",
      ...(rows && {
        rowLabels: live && !detail ? rows.blank() : rows.labels(), describe: rows.describe,
        losses: rows.losses, lossLimit: lossLimit ?? undefined, chosen: order ? order.indexOf(chosen) : chosen,
      }),
      ...(!block || block[1] === 1 ? { columnLabels: characters } : {}),
    }));
  }

  /** @param {Minibatch | null} minibatch @param {Int32Array | null} order */
  #point(minibatch, order) {
    const { shape = [], block = null } = minibatch?.info ?? {};
    const made = minibatch ? JSON.stringify([shape, block, order && [...order]]) : "";
    if (made === this.#cells) return;
    this.#cells = made;
    this.#plot.cells = minibatch && cellsOf("dlogits", shape, { block, order });
  }
}

/**
 * What is said of each row of a minibatch that came whole.
 * @param {Minibatch} minibatch
 * @param {{ characters: string[], losses: Float64Array | null, order: Int32Array | null }} shown
 */
function wholeRows({ batch, columns, contexts, targets, outputs }, { characters, losses, order }) {
  const example = (/** @type {number} */ row) => order?.[row] ?? row;
  /** Made when they are wanted. @type {string[] | undefined} */
  let made;
  const labels = () => (made ??= inOrder(exampleLabels(contexts, targets, characters), order));
  return {
    labels,
    /** Labels of a run would be gone before one could read them, and drawing them takes longer than all else here. */
    blank: () => new Array(batch).fill("\u2007".repeat(contexts.length / batch + ARROW_AND_TARGET)),
    losses: losses ? losses.map((_, row) => losses[example(row)]) : undefined,
    /** @param {number} row @param {number} column @param {number} value */
    describe: (row, column, value) => [
      ...describeForce({
        example: labels()[row],
        character: characters[column],
        gradient: value,
        batch,
        isTarget: targets[example(row)] === column,
        probability: outputs?.probs?.[example(row) * columns + column] ?? null,
      }),
      ...(losses ? [`loss of this example ${number(losses[example(row)])} nats`] : []),
    ],
  };
}

/** @param {string[]} labels @param {Int32Array | null} order */
const inOrder = (labels, order) => (order ? Array.from(order, (row) => labels[row]) : labels);

/** @param {Float32Array} values @param {Int32Array} order @param {number} columns */
function rearranged(values, order, columns) {
  const sorted = new Float32Array(values.length);
  order.forEach((row, place) => sorted.set(values.subarray(row * columns, (row + 1) * columns), place * columns));
  return sorted;
}

customElements.define("push-pull-panel", PushPullPanel);
