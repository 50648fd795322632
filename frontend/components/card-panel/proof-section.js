/**
 * Whether this gradient is right: what verification says of it, and on demand ours, autograd's and the difference, cell by
 * cell.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Axes } from "../../lib/axes.js"
 * @import { NpyArray } from "../../lib/npy.js"
 * @import { ReadonlySignal } from "../../lib/signals.js"
 * @import { Gradient } from "../../types/wire"
 */

import { Asked } from "../../lib/asked.js";
import { comparedViews, rowVerdict } from "../../lib/card/proof.js";
import { isFolded } from "../../lib/card/sections.js";
import { selected } from "../../lib/card/selection.js";
import { element, setText } from "../../lib/dom.js";
import { age } from "../../lib/verdict.js";
import { View } from "../../lib/view.js";
import { ComparedPictures } from "../picture/compared-pictures.js";
import { picturedAxes } from "./pictured-axes.js";
import { section } from "./section.js";

export class ProofSection extends View {
  #verdict = element("p", { class: "verdict" });
  #check = element("button", { type: "button" }, "Verify all");
  #compare = element("button", { type: "button", "aria-pressed": "false" }, "Ours and autograd’s, cell by cell");
  #magnify = element("button", { type: "button", "aria-pressed": "false" }, "Magnify the difference");
  #difference = element("p", { class: "difference", role: "status" });
  #pictures = new ComparedPictures("card-difference");
  /** @type {Asked<{ ours: NpyArray, autograd: NpyArray }>} */
  #asked = new Asked();
  #compared = "";
  #axes;

  /** @param {ReadonlySignal<Axes>} axes */
  constructor(axes) {
    super();
    this.#axes = axes;
  }

  /** @override @param {Store} store */
  build({ actions, choices }) {
    this.#check.addEventListener("click", () => actions.verify());
    this.#compare.addEventListener("click", () =>
      actions.choose("autograd", choices.peek().autograd === "off" ? "on" : "off"));
    this.#magnify.addEventListener("click", () =>
      actions.choose("autograd", choices.peek().autograd === "magnified" ? "on" : "magnified"));
    this.append(section("proof", "Is it right? Against autograd",
      this.#verdict,
      element("p", { class: "buttons" }, this.#check, this.#compare, this.#magnify),
      this.#difference, this.#pictures.root));
  }

  /** @override @param {Store} store */
  update(store) {
    const { network, choices, verification, verifying, position, info } = store;
    const { tensor } = selected(store);
    const gradient = network.value?.gradients.find((each) => each.tensor === tensor);
    this.hidden = !gradient;
    if (!gradient) return;
    const checked = verification.value;
    const row = checked?.rows.find(({ name }) => name === gradient.name);
    const { text, tone } = rowVerdict(gradient.name, row);
    const here = position.value;
    const when = checked && here ? ` (${age(checked, { ...info.value, position: here })})` : "";
    setText(this.#verdict, verifying.value ? "checking …" : text + when);
    this.#verdict.className = `verdict ${tone}`;
    const wanted = choices.value.autograd !== "off";
    this.#compare.setAttribute("aria-pressed", String(wanted));
    this.#magnify.setAttribute("aria-pressed", String(choices.value.autograd === "magnified"));
    this.#magnify.hidden = this.#difference.hidden = this.#pictures.root.hidden = !wanted;
    if (wanted && !isFolded(choices.value.folded, "proof")) this.#subtract(gradient, store);
  }

  /** @param {Gradient} gradient @param {Store} store */
  #subtract({ name, tensor, known_at }, store) {
    const title = `${name} − autograd's`;
    const { session, info, running, reads, choices } = store;
    const here = info.value;
    const id = session.value?.id;
    const unknown = !here || here.position.op < known_at;
    const key = !id || unknown || running.value ? null : `${id}:${here.version}:${name}`;
    const answer = this.#asked.about(key, () => reads.bothGradients(String(id), name));
    if (key === null) {
      return this.#say(title, running.value ? "Compared once the run is paused." : `${name} is known from op ${known_at} on.`);
    }
    // Until it is there, what was seen of the same gradient stays.
    if (!answer) return this.#compared === name ? undefined : this.#say(title, "comparing …");
    if (!answer.value) return this.#say(title, answer.error ?? "");
    this.#compared = name;
    const { views, text } = comparedViews(name, answer.value);
    setText(this.#difference, text);
    this.#pictures.show({
      tensor: name, titles: [name, `${name} by autograd`, title], views, magnified: choices.value.autograd === "magnified",
      axes: picturedAxes(store, this.#axes.value, tensor, views[0].info),
    });
    return undefined;
  }

  /** @param {string} title @param {string} message */
  #say(title, message) {
    this.#compared = "";
    setText(this.#difference, "");
    this.#pictures.say(title, message);
  }
}

customElements.define("proof-section", ProofSection);
