/**
 * Surgery: cuts in a step, what they change downstream, and what the update does to the loss then. The session stays as it is.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Axes } from "../../lib/axes.js"
 * @import { ReadonlySignal } from "../../lib/signals.js"
 * @import { Cut, Network, Operation, OperatedEffect, TensorDifference } from "../../types/wire"
 */

import { Asked } from "../../lib/asked.js";
import { axesOf } from "../../lib/axes.js";
import { element, select, setOptions, setText } from "../../lib/dom.js";
import { fixed, number } from "../../lib/format.js";
import { cellsText, cutOf, cutText, KINDS, operable, presets, relativeText, shapeOf, shownViews } from "../../lib/laboratory/surgery.js";
import { computed, signal } from "../../lib/signals.js";
import { picturedAxes } from "../card-panel/pictured-axes.js";
import { Panel } from "../panel/panel.js";
import { ComparedPictures } from "../picture/compared-pictures.js";

const NOTHING = "No cut yet: choose one above, or one of these.";
/** Of the loss: an update changes it little. */
const PLACES = 5;

export class SurgeryPanel extends Panel {
  /** What is cut, in order. */
  #cuts = signal(/** @type {Cut[]} */ ([]));
  /** The tensor that is shown cell by cell; empty: the first that changed. */
  #picked = signal("");
  /** @type {Asked<Operation>} */
  #asked = new Asked();
  /** @type {Operation | null} */
  #operation = null;
  #kind = select({ id: "cut-kind", "aria-label": "Kind of cut" }, () => this.#showFields());
  #tensor = select({ id: "cut-tensor", "aria-label": "Tensor to cut" }, () => {});
  #cell = element("input", { type: "text", id: "cut-cell", size: "8", placeholder: "all, or 0, 3" });
  #number = element("input", { type: "text", id: "cut-number", "aria-label": "Factor or number", inputmode: "decimal", size: "8", value: "0" });
  #cellLabel = element("label", {}, "cell ", this.#cell);
  #numberWord = element("span");
  #numberLabel = element("label", {}, this.#numberWord, this.#number);
  #error = element("p", { class: "refused", role: "alert", id: "cut-refused" });
  #list = element("ul", { class: "cuts", id: "cuts", "aria-label": "Cuts" });
  #presets = element("p", { class: "switches presets" });
  #state = element("p", { class: "state", role: "status", id: "surgery-state" });
  #effects = element("tbody");
  #table = element("table", { class: "effects" },
    element("thead", {}, element("tr", {}, ...["the minibatch’s loss (nats)", "before", "after the update", "first order predicts"].map((text) =>
      element("th", { scope: "col" }, text)))), this.#effects);
  #changed = element("div", { class: "changed", role: "group", tabindex: "0", "aria-label": "Tensors that changed" });
  #pictures = new ComparedPictures("surgery-change");
  /** @type {Network | null} */
  #network = null;
  /** @type {ReadonlySignal<Axes> | null} */
  #axes = null;

  constructor() {
    super("Surgery", "Cut into this step: detach a tensor, scale it or a cell, freeze a parameter. The step is done once more with "
      + "the cuts, and the update tried on its own minibatch; the session stays as it is.");
  }

  /** @override @param {Store} store */
  body({ network, ops }) {
    this.#axes = computed(() => (network.value ? axesOf(network.value, ops.value) : new Map()));
    setOptions(this.#kind, Object.entries(KINDS).map(([value, { text }]) => ({ value, text })), "detach");
    const add = element("button", { type: "button", class: "primary", id: "add-cut", onclick: () => this.#add() }, "Cut");
    return [
      element("p", { class: "switches" }, this.#kind, this.#tensor, this.#cellLabel, this.#numberLabel, add),
      this.#error, this.#list, this.#presets, this.#state,
      element("div", { class: "result" }, this.#table, this.#changed, this.#pictures.root),
    ];
  }

  /** @override @param {Store} store */
  update(store) {
    const { network, session, info, running, reads } = store;
    if (network.value && network.value !== this.#network) this.#begin(network.value);
    const id = session.value?.id;
    const here = info.value;
    const [cuts, picked] = [this.#cuts.value, this.#picked.value];
    const isKnown = here && here.session === id && here.position.op === here.position.ops;
    const key = id && isKnown && !running.value && cuts.length ? JSON.stringify([id, here.version, cuts, picked]) : null;
    const answer = this.#asked.about(key, () => reads.operate(String(id), cuts, picked || null));
    this.#presets.hidden = cuts.length > 0;
    setText(this.#state, !cuts.length ? NOTHING : running.value ? "Operated once the run is paused."
      : !isKnown ? "Surgery takes a whole step: go to its last op." : (answer?.error ?? ""));
    if (answer?.value) this.#operation = answer.value;
    if (!cuts.length) this.#operation = null;
    this.#show(this.#operation, store);
  }

  /** Another session: what was cut may not be there. @param {Network} network */
  #begin(network) {
    this.#network = network;
    this.#operation = null;
    this.#showFields();
    this.#presets.replaceChildren(...presets(network).map(({ text, cuts }) =>
      element("button", { type: "button", onclick: () => this.#cut(cuts) }, text)));
    // Later: this is written while it is read.
    queueMicrotask(() => this.#cut([]));
  }

  #showFields() {
    if (!this.#network) return;
    const kind = /** @type {Cut["kind"]} */ (this.#kind.value);
    const options = operable(this.#network, kind);
    const stays = options.some(({ value }) => value === this.#tensor.value);
    setOptions(this.#tensor, options, stays ? this.#tensor.value : options[0].value);
    this.#cellLabel.hidden = !KINDS[kind].cell;
    this.#cell.placeholder = kind === "scale" ? "all, or 0, 3" : "0, 3";
    this.#numberLabel.hidden = KINDS[kind].number === null;
    setText(this.#numberWord, `${KINDS[kind].number ?? ""} `);
  }

  #add() {
    const found = cutOf({
      kind: /** @type {Cut["kind"]} */ (this.#kind.value), tensor: this.#tensor.value, cell: this.#cell.value, number: this.#number.value });
    if ("problem" in found) return setText(this.#error, found.problem);
    const { cut } = found;
    const shape = shapeOf(/** @type {Network} */ (this.#network), cut.tensor);
    const cell = "cell" in cut ? cut.cell : null;
    if (cell && (cell.length !== shape.length || cell.some((index, i) => index >= shape[i]))) {
      return setText(this.#error, `${cut.tensor} is ${shape.join(" × ")}: it has no cell ${cell.join(", ")}.`);
    }
    this.#cut([...this.#cuts.peek(), cut]);
  }

  /** @param {Cut[]} cuts  All of them. */
  #cut(cuts) {
    setText(this.#error, "");
    this.#picked.value = "";
    this.#cuts.value = cuts;
    this.#list.replaceChildren(...cuts.map((cut, i) => element("li", {}, cutText(cut), element("button", {
      type: "button", "aria-label": `Undo ${cutText(cut)}`, onclick: () => this.#cut(cuts.filter((_, other) => other !== i)),
    }, "×"))));
  }

  /** @param {Operation | null} operation @param {Store} store */
  #show(operation, store) {
    this.#table.hidden = this.#changed.hidden = this.#pictures.root.hidden = !operation;
    if (!operation) return;
    const { ordinary, operated, changed, unchanged, loss, shown } = operation;
    this.#effects.replaceChildren(effectRow("as it is", ordinary), effectRow("with the cuts", operated),
      ...(loss === ordinary.before ? [] : [element("tr", {}, element("th", { scope: "row" }, "the step itself, with the cuts"),
        element("td", {}, lossText(loss)), element("td"), element("td"))]));
    const picked = this.#picked.peek();
    this.#changed.replaceChildren(
      element("p", {}, changed.length ? `${changed.length} tensors changed, in the order of computation; ${unchanged.length} did not.`
        : "No tensor of the step changed: what is frozen keeps its gradient, and is not moved."),
      ...changed.map((each) => this.#row(each, each.name === picked)));
    this.#pictures.root.hidden = !shown;
    if (!shown) return;
    const network = /** @type {Network} */ (this.#network);
    const views = shownViews(shown, shapeOf(network, shown.name));
    const of = network.gradients.find(({ name }) => name === shown.name)?.tensor ?? shown.name;
    this.#pictures.show({
      tensor: shown.name, titles: [`${shown.name} as it is`, `${shown.name} with the cuts`, `${shown.name}: the change`], views, magnified: false,
      axes: picturedAxes(store, /** @type {ReadonlySignal<Axes>} */ (this.#axes).value, of, views[0].info),
    });
  }

  /** @param {TensorDifference} difference @param {boolean} isPicked */
  #row(difference, isPicked) {
    const bar = element("span", { class: "bar" });
    bar.style.setProperty("--share", String(Math.min(1, difference.relative ?? 1)));
    return element("button", {
      type: "button", "data-changed": difference.name, "aria-pressed": String(isPicked), title: "See it cell by cell",
      onclick: () => (this.#picked.value = isPicked ? "" : difference.name),
    }, element("span", { class: "name" }, difference.name), element("span", {}, relativeText(difference)), bar,
    element("span", { class: "cells" }, cellsText(difference)));
  }
}

/** @param {string} name @param {OperatedEffect} effect */
const effectRow = (name, { before, after, predicted }) => element("tr", {}, element("th", { scope: "row" }, name),
  ...[before, after, predicted].map((loss, i) => element("td", {}, lossText(loss) + (i > 0 ? changeOf(before, loss) : ""))));

/** @param {number | null} loss */
const lossText = (loss) => (loss === null ? "not finite" : fixed(loss, PLACES));

/** @param {number | null} before @param {number | null} after */
const changeOf = (before, after) => (before === null || after === null ? ""
  : ` (${after > before ? "+" : ""}${number(after - before, 3)})`);

customElements.define("surgery-panel", SurgeryPanel);
