/**
 * One example of the minibatch: the force on each logit, that they are in balance, and what the pending update, which all
 * examples share, makes of its probabilities.
 *
 * @import { Store } from "../../store/store.js"
 * @import { PendingUpdate } from "../../types/wire"
 * @import { Example, Minibatch } from "../../lib/forces/minibatch.js"
 */

import { Asked } from "../../lib/asked.js";
import { element, select, setOptions } from "../../lib/dom.js";
import { areFinite, forcesOf } from "../../lib/forces/forces.js";
import {
  chosenRow, exampleOf, lossesOf, minibatchOf, minibatchViews, neighbour, outputName, rowOrder,
} from "../../lib/forces/minibatch.js";
import { Panel } from "../panel/panel.js";
import { Balance } from "./balance.js";
import { Effect } from "./effect.js";
import { ForcePlot } from "./force-plot.js";
import { Steps } from "./steps.js";
import { Tiles } from "./tiles.js";

const ORDERS = [{ value: "character", text: "by character" }, { value: "force", text: "by force" }];

export class ExamplePanel extends Panel {
  #order = element("select");
  #steps = new Steps();
  #tiles = new Tiles();
  #forces = new ForcePlot();
  #balance = new Balance();
  #effect = new Effect();
  /** @type {Asked<PendingUpdate>} */
  #update = new Asked();
  /** Of a minibatch too large to be sent whole. @type {Asked<Example>} */
  #row = new Asked();

  constructor() {
    super("One example", "Force = B · dlogits: the probability p of each character, p − 1 at the target (nats of its own "
      + "loss per unit of the logit).");
  }

  /** @override @param {Store} store */
  controls(store) {
    const { actions } = store;
    this.#order = select({ id: "force-order", "aria-label": "Order of the forces" },
      (order) => actions.choose("bars", order));
    this.#steps.onChoose = (row) => actions.choose("example", String(row));
    this.#steps.onStep = (by) => {
      const minibatch = minibatchOf(store.frame.peek(), store.network.peek());
      if (!minibatch) return;
      const { example, sort } = store.choices.peek();
      const order = rowOrder(lossesOf(minibatch), sort);
      const row = chosenRow(example, minibatch.batch);
      actions.choose("example", String(neighbour(row, by, minibatch.batch, order)));
    };
    return [...this.#steps.nodes, this.#order];
  }

  /** @override */
  body() {
    this.addEventListener("keydown", (event) => this.#steps.press(event));
    return [this.#tiles.root, this.#balance.hardest, this.#forces.plot, this.#balance.root, this.#effect.root];
  }

  /** @override @param {Store} store */
  wishes({ network }) {
    return minibatchViews(network.value);
  }

  /** @override @param {Store} store */
  update(store) {
    const minibatch = minibatchOf(store.frame.value, store.network.value);
    const characters = store.dataset.value?.characters;
    if (!minibatch || !characters) return;
    const { choices, streaming } = store;
    const row = chosenRow(choices.value.example, minibatch.batch);
    setOptions(this.#order, ORDERS, choices.value.bars);
    this.#steps.show(row, minibatch.batch);
    const example = this.#exampleAt(row, minibatch, store);
    const forces = example?.gradient ? forcesOf(example.gradient, minibatch.batch, example.target) : null;
    const live = streaming.value;
    const order = this.#forces.order(forces, { byForce: choices.value.bars === "force", live, count: characters.length });
    this.#tiles.show(live ? null : example, characters);
    this.#forces.show({ example, row, forces, order, minibatch, characters, live });
    this.#balance.show(live || !example ? null : { forces: forces && areFinite(forces) ? forces : null, example, characters });
    this.#effect.show({
      live, characters, order, target: example?.target ?? null, hardest: forces?.hardest ?? -1, batch: minibatch.batch,
      answer: this.#pendingUpdate(row, store), position: store.position.value,
    });
  }

  /** @param {number} row @param {Minibatch} minibatch @param {Store} store @returns {Example | null} */
  #exampleAt(row, minibatch, { session, info, network, streaming, reads }) {
    const id = session.value?.id ?? "";
    const asks = !minibatch.whole && !streaming.value;
    const key = asks ? `${id}:${info.value?.version}:${row}` : null;
    const answer = this.#row.about(key, () =>
      readExample((name, slice) => reads.tensorPart(id, name, slice), row, minibatch, network.peek()));
    return minibatch.whole ? exampleOf(minibatch, row) : answer?.value ?? null;
  }

  /** Asked for only where there is an answer, and will still be one when it is given. @param {number} row @param {Store} store */
  #pendingUpdate(row, { session, info, position, heading, streaming, reads }) {
    const id = session.value?.id ?? "";
    const isThere = [position.value, heading.value].every((place) => place !== null && place.op >= place.ops);
    const key = streaming.value || !isThere ? null : `${id}:${info.value?.version}:${row}`;
    return this.#update.about(key, () => reads.pendingUpdate(id, row));
  }
}

/**
 * The same of an example that is read by itself.
 * @param {(name: string, slice: string) => Promise<any>} part @param {number} row @param {Minibatch} minibatch
 * @param {Store["network"]["value"]} network @returns {Promise<Example>}
 */
async function readExample(part, row, { columns, gradient, outputs }, network) {
  const slice = `${row}:${row + 1}`;
  const output = network ? outputName(network) : "logits";
  const [context, target, gradients, answers] = await Promise.all([
    part("Xb", slice), part("Yb", slice),
    gradient ? part("dlogits", slice) : null, outputs ? part(output, slice) : null,
  ]);
  const numbers = (/** @type {(number | null)[][]} */ [cells]) => Float32Array.from(cells, (cell) => cell ?? NaN);
  const answered = answers && { probs: null, logits: null, columns, [output]: numbers(answers) };
  return exampleOf({
    batch: 1, columns, whole: true, info: /** @type {any} */ (null), contexts: Float64Array.from(context[0]),
    targets: Float64Array.from(target),
    gradient: gradients && numbers(gradients), outputs: answered,
  }, 0);
}

customElements.define("example-panel", ExamplePanel);
