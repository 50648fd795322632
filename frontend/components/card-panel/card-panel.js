/**
 * One tensor with its gradient: the values, their summary, and the lines that made them.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Axes } from "../../lib/axes.js"
 * @import { ReadonlySignal } from "../../lib/signals.js"
 * @import { Call, Gradient } from "../../types/wire"
 */

import { axesOf } from "../../lib/axes.js";
import { selected } from "../../lib/card/selection.js";
import { element, setText } from "../../lib/dom.js";
import { computed } from "../../lib/signals.js";
import { histogram, read, summary, values } from "../../lib/views.js";
import { Panel } from "../panel/panel.js";
import { Picture } from "../picture/picture.js";
import { CardHeadline } from "./headline.js";
import { picturedAxes } from "./pictured-axes.js";
import { line } from "./section.js";
import { addends } from "./sum-section.js";
import { SummaryTable } from "./summary-table.js";
import { TensorCard } from "./tensor-card.js";
import { ValueStrip } from "./value-strip.js";

/** Bars in the margin of a picture. */
const BINS = 41;

/** A picture, the line that made what it shows above it, and how its values are distributed beside it. */
class Side {
  picture;
  strip = new ValueStrip();
  line = line("");

  /** @param {string} id */
  constructor(id) {
    this.picture = new Picture(id);
    this.root = element("div", { class: "shown" }, this.line,
      element("div", { class: "picture" }, this.picture.plot, this.strip));
  }

  /** Of one line's height whatever it says. @param {string} code */
  say(code) {
    setText(this.line, code);
    this.line.title = code;
  }
}

export class CardPanel extends Panel {
  /** @type {ReadonlySignal<Axes>} */
  #axes = computed(() => new Map());
  #headline = new CardHeadline();
  #summary = new SummaryTable();
  #follow = element("input", { type: "checkbox", id: "card-follow" });
  #value = new Side("card-value");
  #gradient = new Side("card-gradient");
  #theme = "";

  constructor() {
    super("Tensor", "A tensor with its gradient, and the rule that makes each. Choose one in the flow.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    this.#follow.addEventListener("change", () => actions.choose("follow", this.#follow.checked ? "on" : "off"));
    return [element("label", { class: "check" }, this.#follow, "follow the steps")];
  }

  /** @override @param {Store} store */
  body(store) {
    this.#axes = computed(() => (store.network.value ? axesOf(store.network.value, store.ops.value) : new Map()));
    const card = new TensorCard(this.#axes);
    for (const part of [this.#headline, this.#summary, card]) part.start(store);
    return [
      element("div", { class: "tensor-view" },
        this.#headline,
        element("div", { class: "pictures" }, this.#value.root, this.#gradient.root),
        this.#summary,
        card),
    ];
  }

  /** @override @param {Store} store */
  wishes(store) {
    const { tensor, gradient } = selected(store);
    const whole = [tensor, gradient].flatMap((name) =>
      (name ? [values(name), summary(name), histogram(name, BINS)] : []));
    const added = addends(store);
    const parts = added ? [...added.contributions.map(({ name }) => name), added.name] : [];
    return [...whole, ...parts.map((name) => values(name))];
  }

  /** @override @param {Store} store */
  update(store) {
    const { network, choices, theme } = store;
    if (!network.value) return undefined;
    const { tensor, gradient, gradientName } = selected(store);
    this.#follow.checked = choices.value.follow === "on";
    if (theme.value !== this.#theme) for (const { strip } of [this.#value, this.#gradient]) strip.refresh();
    this.#theme = theme.value;
    const call = network.value.calls.find(({ output }) => output === tensor);
    const collected = network.value.gradients.find((each) => each.tensor === tensor);
    this.#value.say(call?.code ?? givenBy(tensor, collected));
    this.#gradient.say(codeOf(collected, gradient, call));
    this.#show(this.#value, store, { of: tensor, tensor, label: tensor, title: `${tensor}: value` });
    if (!gradient) {
      this.#gradient.strip.show("", null, null, null);
      return this.#gradient.picture.say(gradientName, `No gradient is kept of ${tensor}`);
    }
    const title = gradientName === gradient ? `${gradient}: gradient` : gradientName;
    this.#show(this.#gradient, store, { of: tensor, tensor: gradient, label: gradientName, title });
    return undefined;
  }

  /**
   * @param {Side} side @param {Store} store
   * @param {{ of: string, tensor: string, label: string, title: string }} shown
   */
  #show({ picture, strip }, store, { of, tensor, label, title }) {
    const frame = store.frame.value;
    const view = read(frame, values(tensor));
    if (!view) return;
    const numbers = read(frame, summary(tensor))?.info.summary ?? null;
    const axes = picturedAxes(store, this.#axes.value, of, view.info);
    picture.show({ title, label, name: tensor === of ? of : `d${of}`, view, numbers, axes });
    const counted = read(frame, histogram(tensor, BINS));
    strip.show(tensor, counted?.info ?? null, counted?.data ?? null, picture.span);
  }
}

/** What no op computes: a parameter, or the minibatch. @param {string} tensor @param {Gradient | undefined} gradient */
const givenBy = (tensor, gradient) =>
  (gradient ? `${tensor} -= learning_rate * ${gradient.name}  # after each step` : "Xb, Yb = Xtr[ix], Ytr[ix]");

/**
 * The line that made what is shown as the gradient.
 * @param {Gradient | undefined} gradient @param {string | null} shown @param {Call | undefined} call
 */
function codeOf(gradient, shown, call) {
  if (!gradient) return call ? `d${call.output} = 1.0` : "# numbers of characters: they have no gradient";
  const [first, ...more] = gradient.contributions;
  const part = more.length ? gradient.contributions.find(({ name }) => name === shown) : first;
  return part?.code ?? `${gradient.name} = ${gradient.contributions.map(({ name }) => name).join(" + ")}`;
}

customElements.define("card-panel", CardPanel);
