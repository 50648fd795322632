/**
 * The learning rate in force, to be read and to be changed: from this step on, in place of the schedule's.
 *
 * @import { Store } from "../../store/store.js"
 */

import { element } from "../../lib/dom.js";
import { brief } from "../../lib/format.js";
import { numeric } from "../../lib/time/new-session.js";
import { ReadableView } from "../../lib/view.js";

export class LearningRate extends ReadableView {
  #input = element("input", {
    type: "text", inputmode: "decimal", id: "learning-rate", "aria-label": "Learning rate", autocomplete: "off",
  });
  /** What is in force. @type {number | null} */
  #rate = null;

  /** @override @param {Store} store */
  build({ actions }) {
    this.#input.addEventListener("focus", () => {
      this.#input.value = String(this.#rate ?? "");
      this.#input.select();
    });
    this.#input.addEventListener("blur", () => this.#show());
    this.#input.addEventListener("change", async () => {
      await actions.setLearningRate(numeric(this.#input.value));
      this.#show();
    });
    this.#input.addEventListener("keydown", ({ key }) => {
      if (key === "Escape") this.#input.value = String(this.#rate ?? "");
      if (key === "Escape" || key === "Enter") this.#input.blur();
    });
    this.append(this.#input);
  }

  /** @override @param {Store} store */
  update({ training, connection }) {
    this.#rate = training.value?.learning_rate ?? null;
    this.#input.disabled = this.#rate === null || connection.value === "lost";
    this.#show();
  }

  /** Not while somebody types. */
  #show() {
    if (document.activeElement === this.#input) return;
    this.#input.value = this.#rate === null ? "–" : brief(this.#rate);
    this.#input.title = this.#rate === null ? "" : `${this.#rate}; another one counts from here on`;
  }
}

customElements.define("learning-rate", LearningRate);
