/**
 * By which ways the gradient comes back through batch norm: direct, through the mean, through the variance.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Frame } from "../../frames.js"
 * @import { BatchNorm, Paths, Summary } from "../../types/wire"
 * @import { Axes } from "../../lib/axes.js"
 * @import { ReadonlySignal } from "../../lib/signals.js"
 */

import { axesOf, matrixAxes } from "../../lib/axes.js";
import { element, formula, select, setText } from "../../lib/dom.js";
import { number } from "../../lib/format.js";
import { chosenNorm, NO_BATCH_NORM, offerNorms } from "../../lib/health/batch-norms.js";
import { largestMagnitude } from "../../lib/ranges.js";
import { computed } from "../../lib/signals.js";
import { read, summary, values } from "../../lib/views.js";
import { Panel } from "../panel/panel.js";
import { Picture } from "../picture/picture.js";

/** The three parts, and last what they add up to. @type {{ path: keyof Paths | null, sign: string }[]} */
const PARTS = [
  { path: "direct", sign: "" },
  { path: "mean", sign: "+ " },
  { path: "variance", sign: "+ " },
  { path: null, sign: "= " },
];

/** @type {Record<string, string>} */
const NAMES = { direct: "Direct", mean: "Through the mean", variance: "Through the variance" };

/** A part's tensor. @param {BatchNorm} norm @param {keyof Paths | null} path */
const tensorOf = ({ input, paths }, path) => (path === null ? `d${input}` : paths[path]);

/** The largest magnitude among a tensor's numbers. @param {Summary | null | undefined} numbers */
const largestOf = (numbers) =>
  (numbers && numbers.nan + numbers.infinite === 0 && numbers.min !== null && numbers.max !== null
    ? Math.max(-numbers.min, numbers.max) : NaN);

export class NormPathsPanel extends Panel {
  #norms = element("select");
  #none = element("p", { class: "placeholder" }, NO_BATCH_NORM);
  #parts = PARTS.map(({ path, sign }) => {
    const picture = new Picture(`norm-path-${path ?? "sum"}`);
    const [title, size] = [element("h3"), element("output", { class: "size" })];
    const [rule, why] = [element("div", { class: "formula", tabindex: "0" }), element("dd")];
    const root = element("section", {}, element("header", {}, title, rule, size), picture.plot);
    return { path, sign, picture, title, size, rule, why, root };
  });
  #remainder = element("output", { id: "norm-paths-remainder" });
  #vanishing = element("div", { class: "formula", tabindex: "0" });
  #vanishes = element("output", { id: "norm-paths-vanishing" });
  #why = element("span");
  #explained = "";
  /** @type {ReadonlySignal<Axes>} */
  #axes = computed(() => new Map());

  constructor() {
    super("Batch norm’s three paths", "A cell counts by itself, in its channel's mean and in its variance: its gradient comes "
      + "by three ways. All have one scale.");
  }

  /** @override @param {Store} store */
  controls({ actions, network, ops }) {
    this.#axes = computed(() => (network.value ? axesOf(network.value, ops.value) : new Map()));
    this.#norms = select({ "aria-label": "Paths through the batch norm of" }, (output) => actions.choose("batchnorm", output));
    return [this.#norms];
  }

  /** @override */
  body() {
    return [
      this.#none,
      element("div", { class: "parts" }, ...this.#parts.map(({ root }) => root)),
      element("p", { class: "sum" }, this.#remainder),
      element("dl", {}, ...this.#parts.filter(({ path }) => path !== null).map(({ path, why }) =>
        element("div", {}, element("dt", {}, NAMES[path ?? ""]), why))),
      element("div", { class: "vanishing" },
        element("h3", {}, "Why nothing comes by the mean through the variance"),
        this.#vanishing, element("p", {}, this.#why, " ", this.#vanishes)),
    ];
  }

  /** @override @param {Store} store */
  wishes(store) {
    const norm = chosenNorm(store);
    if (!norm) return [];
    const parts = PARTS.map(({ path }) => tensorOf(norm, path));
    const { remainder, mean_through_variance, difference_sum } = norm.paths;
    return [
      ...parts.flatMap((tensor) => [values(tensor), summary(tensor)]),
      ...[remainder, mean_through_variance, difference_sum].map(summary),
    ];
  }

  /** @override @param {Store} store */
  update(store) {
    const norm = chosenNorm(store);
    this.classList.toggle("without", !norm);
    offerNorms(this.#norms, store);
    if (!norm) return;
    this.#explain(norm, store);
    const frame = store.frame.value;
    const views = this.#parts.map(({ path }) => read(frame, values(tensorOf(norm, path))));
    // One scale for all, which the largest of them sets.
    const largest = Math.max(...views.map((view) => (view?.data ? largestMagnitude(view.data) : 0)));
    const characters = store.dataset.value?.characters ?? [];
    const embedding = store.network.value?.dimensions.E ?? 1;
    this.#parts.forEach(({ path, picture }, i) => {
      const tensor = tensorOf(norm, path);
      const numbers = read(frame, summary(tensor))?.info.summary ?? null;
      const view = views[i];
      if (!view) return;
      const axes = matrixAxes(this.#axes.value.get(norm.input) ?? [], view.info.shape,
        { block: view.info.block ?? null, characters, embedding });
      picture.show({
        title: tensor, label: tensor, name: "gradient", view, numbers, signed: true, largest,
        axes: { ...axes, rows: { ...axes.rows, title: "example" } },
        cellsOfTensor: `d${norm.input}`,
      });
    });
  }

  /** The words and formulas, which only another network or batch norm changes. @param {BatchNorm} norm @param {Store} store */
  #explain({ input, output }, { network, session }) {
    const shown = `${session.value?.id} ${output}`;
    if (!network.value || shown === this.#explained) return;
    this.#explained = shown;
    const { paths } = network.value;
    for (const { path, sign, title, rule, why } of this.#parts) {
      setText(title, sign + (path === null ? `d${input}` : paths[path].title));
      rule.replaceChildren(...(path === null ? ["the gradient as the backward pass has it"] : [formula(paths[path].formula.mathml)]));
      setText(why, path === null ? "" : paths[path].why);
    }
    this.#vanishing.replaceChildren(formula(paths.mean_through_variance.formula.mathml));
    setText(this.#why, paths.mean_through_variance.why);
  }

  /** @override @param {Store} store */
  tell(store) {
    const norm = chosenNorm(store);
    if (!norm) return;
    const frame = store.frame.value;
    for (const { path, size } of this.#parts) {
      const numbers = read(frame, summary(tensorOf(norm, path)))?.info.summary;
      setText(size, numbers ? `norm ${number(numbers.norm, 3)}` : "");
    }
    this.#bearOut(norm, frame);
  }

  /** The numbers that bear it out. @param {BatchNorm} norm @param {Frame | null} frame */
  #bearOut({ input, paths }, frame) {
    const [remainder, through, sum, whole] = [paths.remainder, paths.mean_through_variance, paths.difference_sum, `d${input}`]
      .map((tensor) => read(frame, summary(tensor))?.info);
    if (!remainder?.summary) {
      setText(this.#remainder, remainder ? `Not known yet: the backward pass comes to d${input} at op ${remainder.known_at}.` : "");
      return setText(this.#vanishes, "");
    }
    const [rest, by, differences, gradient] = [remainder, through, sum, whole].map((info) => number(largestOf(info?.summary), 3));
    setText(this.#remainder, `direct + mean + variance = d${input}: the largest difference of a cell is ${rest}, `
      + `where the largest cell is ${gradient}.`);
    setText(this.#vanishes, `Here the largest |Σ| of a channel is ${differences}, by rounding; `
      + `it would add ${by} at most to a cell of d${input}, whose largest is ${gradient}.`);
  }
}

customElements.define("norm-paths-panel", NormPathsPanel);
