/**
 * That the pull on the target equals the sum of all pushes: two bars of one length, and the sum in numbers.
 *
 * @import { Forces } from "../../lib/forces/forces.js"
 * @import { Example } from "../../lib/forces/minibatch.js"
 *
 * @typedef {object} Shown
 * @property {Forces | null} forces  null: not known or not finite.
 * @property {Example} example
 * @property {string[]} characters
 */

import { element, setText } from "../../lib/dom.js";
import { quoted } from "../../lib/forces/examples.js";
import { partsOf } from "../../lib/forces/forces.js";
import { fixed, number } from "../../lib/format.js";

/** So many pushes are written out. */
const WRITTEN = 3;
/** A part of less than this share has no room for its letter. */
const LETTER_ROOM = 0.035;

export class Balance {
  #pull = element("div", { class: "bar pull" });
  #pushes = element("div", { class: "bar pushes" });
  #sum = element("p", { id: "force-sum", class: "said" });
  /** Which character is pushed hardest, and why. */
  hardest = element("p", { id: "hardest-push", class: "said" });
  root = element("div", { class: "balance" },
    element("div", { class: "bars", "aria-hidden": "true" }, this.#pull, this.#pushes), this.#sum);

  /** @param {Shown | null} shown  null: there is nothing to be read now. */
  show(shown) {
    const { forces, example, characters } = shown ?? {};
    if (!forces || !example || !characters) return this.#blank();
    const target = characters[example.target];
    const { parts, rest, others } = partsOf(forces, example.target);
    setText(this.#pull, `pull on ${target} ${fixed(forces.pull)}`);
    this.#pushes.replaceChildren(
      ...parts.map(({ character, force }) => part(characters[character], force / forces.pushes)),
      ...(rest > 0 ? [part(`${others} more`, rest / forces.pushes)] : []));
    setText(this.#sum, sumOf(forces, example.target, characters));
    setText(this.hardest, hardestOf(forces, example, characters));
  }

  #blank() {
    setText(this.#pull, "");
    this.#pushes.replaceChildren();
    setText(this.#sum, "Pull = pushes: –");
    setText(this.hardest, "Pushed hardest: –");
  }
}

/** @param {string} text @param {number} share */
function part(text, share) {
  const made = element("span", { title: text }, share > LETTER_ROOM * text.length ? text : "");
  made.style.width = `${100 * share}%`;
  return made;
}

/**
 * `Pull 0.9835 = pushes 0.0165 (a) + … = 0.9835. Total −1.2e−9 …`
 * @param {Forces} forces @param {number} target @param {string[]} characters
 */
function sumOf(forces, target, characters) {
  const { parts, others } = partsOf(forces, target, 0);
  const written = parts.slice(0, WRITTEN).map(({ character, force }) => `${fixed(force)} (${characters[character]})`);
  const more = parts.length + others - written.length;
  const terms = [...written, ...(more > 0 ? [`${more} more`] : [])].join(" + ") || "0";
  return `Pull ${fixed(forces.pull)} = pushes ${terms} = ${fixed(forces.pushes)}. Total ${number(forces.total, 2)}`
    + `${forces.total ? ": zero, but for rounding" : ""}.`;
}

/** @param {Forces} forces @param {Example} example @param {string[]} characters */
function hardestOf({ all, hardest }, { target, probabilities }, characters) {
  if (hardest < 0) return "It pushes no character: the target has all of the probability.";
  const [letter, right] = [hardest, target].map((character) => quoted(characters[character]));
  const p = probabilities ? fixed(probabilities[hardest]) : fixed(all[hardest]);
  return `Pushed hardest: ${letter}, since it has p = ${p}, the most of all characters but the target ${right}.`;
}
