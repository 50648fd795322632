/**
 * What a gradient is the sum of: its contributions, and where there are several each as a picture, all on one scale, with
 * the check that they add up.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Axes } from "../../lib/axes.js"
 * @import { ReadonlySignal } from "../../lib/signals.js"
 * @import { Known } from "./lines.js"
 * @import { Contribution, Gradient } from "../../types/wire"
 */

import { isFolded } from "../../lib/card/sections.js";
import { selected } from "../../lib/card/selection.js";
import { additionOf, sumVerdict } from "../../lib/card/sums.js";
import { element, setText } from "../../lib/dom.js";
import { signal } from "../../lib/signals.js";
import { View } from "../../lib/view.js";
import { read, values } from "../../lib/views.js";
import { Picture } from "../picture/picture.js";
import { ruleOf } from "./lines.js";
import { picturedAxes } from "./pictured-axes.js";
import { line, section, tensorButton } from "./section.js";

/** The gradient and its contributions on show, or null where they cannot be seen. @param {Store} store */
export function addends(store) {
  const { tensor } = selected(store);
  const gradient = store.network.value?.gradients.find((each) => each.tensor === tensor);
  if (!gradient || gradient.contributions.length < 2 || isFolded(store.choices.value.folded, "sum")) return null;
  return gradient;
}

export class SumSection extends View {
  #heading = element("h4");
  #list = element("ul", { class: "contributions" });
  #adds = element("p", { class: "adds", role: "status" });
  /** One for each contribution, and the last for their sum. @type {Picture[]} */
  #pictures = [];
  #shown = signal(/** @type {Gradient | null} */ (null));
  #axes;

  /** @param {ReadonlySignal<Axes>} axes */
  constructor(axes) {
    super();
    this.#axes = axes;
  }

  /** @override */
  build() {
    const details = section("sum", "", this.#adds, this.#list);
    details.querySelector("h4")?.replaceWith(this.#heading);
    this.append(details);
  }

  /** Shows another gradient from now on. @param {Gradient | null} gradient @param {Known} known */
  turnTo(gradient, known) {
    this.hidden = gradient === null;
    setText(this.#adds, "");
    if (gradient) this.#describe(gradient, known);
    this.#shown.value = gradient;
  }

  /** @param {Gradient} gradient @param {Known} known */
  #describe({ name, tensor, contributions }, known) {
    const several = contributions.length > 1;
    setText(this.#heading, `${name}: ${several ? `the sum of ${contributions.length} contributions` : "one contribution"}`);
    this.#list.replaceChildren(...contributions.map((part, i) =>
      element("li", {}, ...termOf(part, tensor, several && i > 0 ? "+" : "", known))));
    this.toggleAttribute("pictured", several);
    this.#adds.hidden = !several;
    if (!several) return;
    this.#list.append(element("li", {}, element("p", {}, sign("="), element("strong", {}, element("code", {}, name))),
      element("div", { class: "rule" }, line(`${name} = ${contributions.map((part) => part.name).join(" + ")}`))));
    [...this.#list.children].forEach((item, i) => {
      this.#pictures[i] ??= new Picture("");
      item.children[0].after(this.#pictures[i].plot);
    });
  }

  /** @override @param {Store} store */
  update(store) {
    const gradient = this.#shown.value;
    if (!gradient || gradient.contributions.length < 2 || isFolded(store.choices.value.folded, "sum")) return;
    const { name, tensor, contributions } = gradient;
    const names = [...contributions.map((part) => part.name), name];
    const seen = names.flatMap((each) => read(store.frame.value, values(each)) ?? []);
    if (seen.length < names.length) return;
    const { largest, signed, largestDifference } = additionOf(seen);
    seen.forEach((view, i) => this.#pictures[i].show({
      title: i < contributions.length ? `through ${contributions[i].via}` : `${name}: their sum`,
      label: names[i], name, view, numbers: null, largest, signed,
      axes: picturedAxes(store, this.#axes.value, tensor, view.info),
    }));
    setText(this.#adds, sumVerdict(name, largestDifference, seen));
  }
}

/** @param {string} text */
const sign = (text) => element("span", { class: "sign" }, text);

/** @param {Contribution} part @param {string} tensor @param {string} before @param {Known} known */
function termOf(part, tensor, before, known) {
  const choose = (/** @type {boolean} */ chosen) => known.inspect(tensor, chosen ? "" : part.name);
  return [
    element("p", {}, ...(before ? [sign(before)] : []), tensorButton({ name: part.name, text: `through ${part.via}`, choose, contribution: true }),
      element("span", { class: "at" }, ` op ${part.known_at}`)),
    element("div", { class: "rule" }, ...ruleOf(part, known)),
  ];
}

customElements.define("sum-section", SumSection);
