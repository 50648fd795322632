/**
 * An example's letters: the context that the network sees, and the target that it should have said.
 *
 * @import { Example } from "../../lib/forces/minibatch.js"
 */

import { element, setText } from "../../lib/dom.js";
import { fixed, number } from "../../lib/format.js";

export class Tiles {
  #letters = element("span", { class: "letters", role: "img" });
  #loss = element("span", { class: "loss" });
  root = element("p", { class: "tiles" }, this.#letters, this.#loss);
  #shown = "";

  /** @param {Example | null} example  null: none can be read now. @param {string[]} characters */
  show(example, characters) {
    const context = example ? Array.from(example.context, (index) => characters[index]) : [];
    const target = example ? characters[example.target] : "";
    const text = example ? `${context.join("")} → ${target}` : "";
    if (text !== this.#shown || !this.#letters.childElementCount) this.#write(context, target);
    this.#shown = text;
    if (!example) return setText(this.#loss, "one example can be read once the run pauses");
    const { loss, probabilities } = example;
    if (loss === null || !probabilities) return setText(this.#loss, "not computed yet");
    setText(this.#loss, `p(${target}) = ${fixed(probabilities[example.target])}, loss −ln p = ${number(loss)} nats`);
  }

  /** @param {string[]} context @param {string} target */
  #write(context, target) {
    const tile = (/** @type {string} */ letter, kind = "") => element("span", { class: `tile ${kind}` }, letter);
    const seen = context.length ? context : ["·"];
    this.#letters.replaceChildren(...seen.map((letter) => tile(letter)), element("span", { class: "leads" }, "→"),
      tile(target || "·", "target"));
    this.#letters.ariaLabel = context.length ? `context ${context.join(" ")}, target ${target}` : "no example";
  }
}
