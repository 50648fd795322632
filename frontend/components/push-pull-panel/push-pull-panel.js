/**
 * The gradient on each logit of the minibatch: the target's is pulled up, all others are pushed down.
 *
 * @import { Store } from "../../store.js"
 * @import { TensorData } from "../../frames.js"
 */

import { heatmap } from "../../figures/heatmap.js";
import { element } from "../../lib/dom.js";
import { describeForce, exampleLabels } from "../../lib/examples.js";
import { read, reduction, values } from "../../lib/views.js";
import { drawUnknown, livePlot, Panel } from "../panel/panel.js";

const TITLE = "dlogits: ∂loss / ∂logits";
const GRADIENT = values("dlogits");
const CONTEXTS = values("Xb");
const TARGETS = values("Yb");
const PROBABILITIES = values("probs");

/**
 * @typedef {object} Batch
 * @property {TensorData} contexts
 * @property {TensorData} targets
 * @property {TensorData | null} probabilities  null in a network that keeps none.
 * @property {string[]} characters
 * @property {boolean} streaming
 */

export class PushPullPanel extends Panel {
  #plot = livePlot({ id: "push-pull-plot" });

  constructor() {
    super("Push and pull", "In each example the gradient pulls the target's logit up and pushes all others down.");
  }

  /** @override */
  controls() {
    return [element("ul", { class: "key" },
      element("li", { class: "pull" }, "pulled up (negative)"),
      element("li", { class: "push" }, "pushed down (positive)"))];
  }

  /** @override */
  body() {
    return [this.#plot];
  }

  /** @override @param {Store} store */
  wishes({ network }) {
    const hasProbabilities = network.value?.calls.some(({ output }) => output === "probs");
    return [GRADIENT, CONTEXTS, TARGETS, ...(hasProbabilities ? [PROBABILITIES] : [])];
  }

  /** @override @param {Store} store */
  update({ frame, dataset, streaming }) {
    const gradient = read(frame.value, GRADIENT);
    const contexts = read(frame.value, CONTEXTS)?.data;
    const targets = read(frame.value, TARGETS)?.data;
    if (!gradient || !contexts || !targets || !dataset.value) return;
    if (!gradient.data) return drawUnknown(this.#plot, TITLE, gradient.info);
    const probabilities = read(frame.value, PROBABILITIES)?.data ?? null;
    this.#draw(/** @type {Float32Array} */ (gradient.data), gradient.info.block ?? null,
      { contexts, targets, probabilities, characters: dataset.value.characters, streaming: streaming.value });
  }

  /** @param {Float32Array} gradient @param {[number, number] | null} block @param {Batch} batch */
  #draw(gradient, block, { contexts, targets, probabilities, characters, streaming }) {
    const batch = targets.length;
    const [rowsPerCell, columnsPerCell] = block ?? [1, 1];
    const columns = Math.ceil(characters.length / columnsPerCell);
    // A batch too large to be sent whole comes in blocks: then a row is no single example.
    const whole = rowsPerCell === 1 && columnsPerCell === 1;
    const examples = whole ? exampleLabels(contexts, targets, characters) : undefined;
    /** @param {number} row @param {number} column @param {number} value */
    const describe = (row, column, value) => describeForce({
      example: examples?.[row] ?? "",
      character: characters[column],
      gradient: value,
      batch,
      isTarget: targets[row] === column,
      probability: probabilities?.[row * columns + column] ?? null,
    });
    // Labels of a run would be gone before one could read them, and drawing them takes longer than all else here.
    const blank = examples?.map((label) => "\u2007".repeat(label.length));
    this.#plot.draw((detail, theme) => heatmap({
      values: gradient, rows: gradient.length / columns, columns, title: TITLE + reduction({ block }), theme, detail,
      block, scale: "pushes", valueTitle: "dlogits", columnTitle: "character of the logit",
      // No force is larger: a probability, or what it lacks to 1, over B.
      limit: 1 / batch, limitText: `1/${batch}`,
      rowTitle: whole ? "example: context → target" : "example in the batch",
      ...(whole && { rowLabels: streaming && !detail ? blank : examples, describe }),
      ...(columnsPerCell === 1 && { columnLabels: characters }),
    }));
  }
}

customElements.define("push-pull-panel", PushPullPanel);
