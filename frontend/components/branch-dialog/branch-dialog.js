/**
 * A small form for a branch: a new session that shares the past up to a step. What the server refuses is shown in it.
 *
 * @import { Store } from "../../store/store.js"
 */

import { ApiError } from "../../api.js";
import { element, setText } from "../../lib/dom.js";
import { brief, whole } from "../../lib/format.js";
import { branchOf } from "../../lib/time/branching.js";
import { View } from "../../lib/view.js";

/** @param {string} label @param {HTMLInputElement} input @param {Node} hint */
const row = (label, input, hint) => element("label", {}, element("span", {}, label), input, hint);

export class BranchDialog extends View {
  #name = element("input", { type: "text", name: "name", autocomplete: "off" });
  #step = element("input", { type: "text", inputmode: "numeric", name: "step", autocomplete: "off" });
  #range = element("small");
  #rate = element("input", { type: "text", inputmode: "decimal", name: "learning_rate", autocomplete: "off" });
  #error = element("p", { class: "refused", role: "alert" });
  #create = element("button", { type: "submit", class: "primary" }, "Branch");
  #form = element("form", { method: "dialog", novalidate: true });
  #dialog = element("dialog", { "aria-labelledby": "branch-title" });

  /** @override @param {Store} store */
  build(store) {
    this.#form.append(
      element("h2", { id: "branch-title" }, "Branch"),
      element("p", { class: "hint" }, "A new session that shares the past up to a step. This one stays as it is."),
      row("Name", this.#name, element("small", {}, "any; left empty it is named after this one")),
      row("From step", this.#step, this.#range),
      row("Learning rate", this.#rate, element("small", {}, "from there on; left empty it stays as it is")),
      this.#error,
      element("footer", {},
        element("button", { type: "button", onclick: () => this.#dialog.close() }, "Cancel"), this.#create),
    );
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(store);
    });
    this.#dialog.append(this.#form);
    this.append(this.#dialog);
    document.addEventListener("branch", () => this.#open(store));
  }

  /** @param {Store} store */
  #open({ heading, lastStep, training }) {
    this.#form.reset();
    setText(this.#error, "");
    this.#step.value = String(heading.peek()?.step ?? 0);
    setText(this.#range, `0 to ${whole(lastStep.peek())}`);
    const rate = training.peek()?.learning_rate;
    this.#rate.placeholder = rate === undefined ? "" : brief(rate);
    this.#dialog.showModal();
    this.#name.focus();
  }

  /** @param {Store} store */
  async #submit({ actions }) {
    this.#create.disabled = true;
    setText(this.#error, "");
    try {
      await actions.branch(branchOf(/** @type {any} */ (Object.fromEntries(new FormData(this.#form)))));
      this.#dialog.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(this.#error, error.message);
    } finally {
      this.#create.disabled = false;
    }
  }
}

customElements.define("branch-dialog", BranchDialog);
