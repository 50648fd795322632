/**
 * How one tensor differs between the two sessions at the step and op where both stand.
 *
 * @import { Pair, PageStore } from "../../compare/compare.js"
 * @import { TensorData } from "../../frames.js"
 * @import { ReadonlySignal } from "../../lib/signals.js"
 * @import { Axes } from "../../lib/axes.js"
 */

import { DIFFERENCE } from "../../compare/compare.js";
import { difference, differenceOf, verdictOf } from "../../figures/difference.js";
import { scalar } from "../../figures/scalar.js";
import { axesOf, matrixAxes } from "../../lib/axes.js";
import { comparedAt, groupsOf, lacking } from "../../lib/compare/compared-tensors.js";
import { element, select, setText } from "../../lib/dom.js";
import { number, shape } from "../../lib/format.js";
import { symmetricLimit } from "../../lib/ranges.js";
import { computed } from "../../lib/signals.js";
import { read, values } from "../../lib/views.js";
import { drawMessage, livePlot, Panel } from "../panel/panel.js";

/** As many as the server sends: usual tensors come whole. */
const MOST_CELLS = 262_144;

/** @param {string} tensor */
const wished = (tensor) => values(tensor, MOST_CELLS);

/** @typedef {NonNullable<ReturnType<typeof read>>} Values */

export class CompareDifference extends Panel {
  #plot = livePlot({ id: "difference-plot" });
  #tensors = element("select");
  #verdict = element("output", { id: "largest-difference" });
  #note = element("p", { class: "note", role: "status" });
  /** @type {ReadonlySignal<Axes> | null} */
  #axes = null;
  /** @type {number | null} */
  #limit = null;
  #shown = "";
  #offered = "";

  constructor() {
    super("Difference", "A − B, cell by cell, where both stand at the same step and op: red is more in A, blue more in B.");
  }

  /** @override @param {PageStore} store */
  controls({ actions }) {
    const attributes = { id: "difference-tensor", "aria-label": "Tensor" };
    this.#tensors = select(attributes, (tensor) => actions.choose("difference", tensor));
    return [this.#tensors];
  }

  /** @override @param {PageStore} store */
  body({ network, ops }) {
    this.#axes = computed(() => (network.value ? axesOf(network.value, ops.value) : new Map()));
    return [element("p", { class: "verdict" }, this.#verdict), this.#plot, this.#note];
  }

  /** What one of the networks lacks cannot be asked for. @override @param {PageStore} store */
  wishes({ network, choices, moment, comparison }) {
    const tensor = comparedAt(choices.value.difference, moment.value);
    return lacking(tensor, network.value, comparison.second.network.value) === null ? [wished(tensor)] : [];
  }

  /** @override @param {PageStore} store */
  update(store) {
    const { network, choices, moment, comparison } = store;
    if (!comparison.active.value) return;
    const tensor = comparedAt(choices.value.difference, moment.value);
    const [ours, theirs] = [network.value, comparison.second.network.value];
    this.#offer(groupsOf(ours, theirs), choices.value.difference);
    const lacks = lacking(tensor, ours, theirs);
    if (lacks !== null) return this.#say(tensor, lacks);
    const pair = comparison.frames.value;
    if (!pair) return this.#say(tensor, "Waiting until both stand at the same step and op …");
    const [a, b] = [read(pair.a, wished(tensor)), read(pair.b, wished(tensor))];
    // Asked for, but not come yet: what is there stays, unless it is another tensor's.
    if (!a || !b) return this.#shown === tensor ? undefined : this.#say(tensor, "");
    const why = incomparable(tensor, a, b);
    if (why !== null) return this.#say(tensor, why);
    this.#compare(tensor, a, b, store, pair);
  }

  /** @param {ReturnType<typeof groupsOf>} groups @param {string} chosen */
  #offer(groups, chosen) {
    const offered = JSON.stringify(groups);
    if (offered !== this.#offered) {
      this.#tensors.replaceChildren(...groups.map(({ text, tensors }) => element("optgroup", { label: text },
        ...tensors.map((tensor) => new Option(tensor.text, tensor.name)))));
    }
    this.#offered = offered;
    this.#tensors.value = chosen;
  }

  /** In place of a picture. @param {string} tensor @param {string} why */
  #say(tensor, why) {
    this.#limit = null;
    this.#shown = "";
    setText(this.#verdict, "–");
    setText(this.#note, "");
    delete this.dataset.compared;
    drawMessage(this.#plot, `${tensor}: A − B`, why);
  }

  /** @param {string} tensor @param {Values} a @param {Values} b @param {PageStore} store @param {Pair} pair */
  #compare(tensor, a, b, { network, dataset, comparison }, { a: { info: { position } } }) {
    const [ours, theirs] = /** @type {TensorData[]} */ ([a.data, b.data]);
    if (this.#shown !== tensor) this.#limit = null;
    this.#shown = tensor;
    this.dataset.compared = `${tensor}:${position.step}:${position.op}`;
    const compared = differenceOf(ours, theirs);
    const block = a.info.block ?? null;
    // A gradient has the axes of the tensor that it is of.
    const of = network.value?.gradients.find(({ name }) => name === tensor)?.tensor ?? tensor;
    const axes = matrixAxes(this.#axes?.value.get(of) ?? [], a.info.shape, {
      block, characters: dataset.value?.characters ?? [], embedding: network.value?.dimensions.E ?? 1,
    });
    const seen = { compared, columns: a.columns, axes, block };
    setText(this.#note, noteOf(block, comparison.together.value || comparison.moving.value, position.step));
    if (!a.info.shape.length) {
      setText(this.#verdict, `A ${number(ours[0], 6)}, B ${number(theirs[0], 6)}`);
      const text = number(compared.values[0]);
      return this.#plot.draw((detail, theme) => scalar({ title: `${tensor}: A − B`, text, theme, detail }));
    }
    setText(this.#verdict, verdictOf(compared, ours, theirs));
    const limit = symmetricLimit(this.#limit, compared.largest);
    this.#limit = limit;
    this.#plot.draw((detail, theme) => difference({ tensor, a: ours, b: theirs, limit, theme, detail, ...seen }));
  }
}

/** Why two tensors of one name cannot be compared here, or null. @param {string} tensor @param {Values} a @param {Values} b */
function incomparable(tensor, a, b) {
  if (a.info.shape.join() !== b.info.shape.join()) {
    return `${tensor} is ${shape(a.info.shape)} in A and ${shape(b.info.shape)} in B: their cells are not the same`;
  }
  const unknown = [a, b].findIndex(({ data }) => data === null);
  if (unknown >= 0) return `${tensor} is not known yet in ${"AB"[unknown]}, but from op ${[a, b][unknown].info.known_at} on`;
  return null;
}

/** @param {[number, number] | null} block @param {boolean} together @param {number} step */
function noteOf(block, together, step) {
  const reduced = block
    ? `Too large to be sent whole: each cell compares the largest magnitudes of a ${block.join(" × ")} block in A and in B.`
    : "";
  return [together ? "" : `As both were at step ${step}: they do not stand together now.`, reduced].filter(Boolean).join(" ");
}

customElements.define(DIFFERENCE, CompareDifference);
