/**
 * What the pending update makes of the example's probabilities and loss, and of the whole minibatch's.
 *
 * @import { Range } from "../../types/plotly"
 * @import { PendingUpdate, Position } from "../../types/wire"
 * @import { Answer } from "../../lib/asked.js"
 *
 * @typedef {object} Shown
 * @property {boolean} live
 * @property {string[]} characters
 * @property {number | null} target
 * @property {number} hardest  The character that is pushed hardest; -1: none.
 * @property {number} batch  B
 * @property {ArrayLike<number>} order
 * @property {Answer<PendingUpdate> | null} answer
 * @property {Position | null} position
 */

import { changeBars } from "../../figures/forces.js";
import { element, setText } from "../../lib/dom.js";
import { exampleChange, minibatchChange } from "../../lib/forces/update-texts.js";
import { fixed } from "../../lib/format.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { drawMessage, livePlot } from "../panel/panel.js";

const TITLE = "What the pending update makes of each p: ↑ rises, ↓ falls";

export class Effect {
  #plot = livePlot({ id: "update-plot", class: "update-plot" });
  #example = element("p", { id: "update-example", class: "said" });
  #minibatch = element("p", { id: "update-minibatch", class: "said" });
  root = element("div", { class: "effect" }, this.#plot, this.#example, this.#minibatch);
  /** @type {Range | null} */
  #range = null;
  /** What stands in the plot's place. */
  #message = "";

  /** @param {Shown} shown */
  show(shown) {
    const { answer, live, position } = shown;
    const update = answer?.value;
    const example = update?.example ?? null;
    if (!update || !example || update.position.step !== position?.step) {
      setText(this.#example, "This example's loss: –");
      setText(this.#minibatch, "The minibatch's loss: –");
      return this.#say(answer?.error ?? whyNone(live, position));
    }
    setText(this.#example, exampleChange({ ...update, example }, shown));
    setText(this.#minibatch, minibatchChange(update, shown.batch));
    const { before, after } = example.probabilities;
    const changes = Float64Array.from(before, (p, i) => (after[i] ?? NaN) - (p ?? NaN));
    if (!changes.every(Number.isFinite)) return this.#say("After it, the probabilities are not finite");
    this.#draw(changes, before, after, shown);
  }

  /**
   * @param {Float64Array} changes @param {(number | null)[]} before @param {(number | null)[]} after @param {Shown} shown
   */
  #draw(changes, before, after, { characters, order }) {
    this.#message = "";
    const range = stickyRange(this.#range, extent(changes, [0]));
    this.#range = range;
    this.#plot.draw((detail, theme) => changeBars({
      title: TITLE, theme, detail, values: changes, order, characters, range,
      describe: (character) => [
        `p(${characters[character]}): ${fixed(before[character] ?? NaN)} → ${fixed(after[character] ?? NaN)}`,
        `change ${fixed(changes[character], 6)}`,
      ],
    }));
  }

  /** What was drawn stays until there is something to be said: an answer is seldom long in coming. @param {string} message */
  #say(message) {
    if (!message || message === this.#message) return;
    this.#message = message;
    this.#range = null;
    drawMessage(this.#plot, TITLE, message);
  }
}

/** Why nothing is asked; empty: it is on its way. @param {boolean} live @param {Position | null} position */
function whyNone(live, position) {
  if (live) return "Shown once the run pauses";
  return position && position.op < position.ops ? `Pending once all gradients are known: op ${position.ops}` : "";
}
