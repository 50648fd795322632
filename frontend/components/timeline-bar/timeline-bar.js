/**
 * All steps of the session, to go to any of them: beside the scrubber a field for a step, and a branch off from here.
 *
 * @import { Store } from "../../store/store.js"
 */

import { element } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { commandButton, updateButton } from "../../lib/page/command-button.js";
import { COMMANDS } from "../../lib/page/commands.js";
import { hint } from "../../lib/page/shortcuts.js";
import { stepOf } from "../../lib/time/scrubber.js";
import { ReadableView } from "../../lib/view.js";
import { StepScrubber } from "./step-scrubber.js";

export class TimelineBar extends ReadableView {
  #scrubber = new StepScrubber();
  #field = element("input", {
    type: "text", inputmode: "numeric", id: "seek-step", placeholder: "to step …", "aria-label": "Go to step",
    autocomplete: "off",
  });
  /** @type {HTMLButtonElement | null} */
  #latest = null;
  #branch = element("button", {
    type: "button", "data-action": "branch", title: "A new session that shares the past up to here",
  }, "Branch …");

  /** @override @param {Store} store */
  build(store) {
    this.#scrubber.start(store);
    this.#latest = commandButton("latest", store);
    this.#branch.addEventListener("click", () => this.dispatchEvent(new CustomEvent("branch", { bubbles: true })));
    const go = element("form", { class: "go", novalidate: true }, this.#field);
    go.addEventListener("submit", (event) => {
      event.preventDefault();
      const step = stepOf(this.#field.value, store.lastStep.peek());
      if (step === null) return this.#field.select();
      store.actions.seek(step);
      this.#field.value = "";
      this.#field.blur();
    });
    this.#field.addEventListener("keydown", ({ key }) => {
      if (key !== "Escape") return;
      this.#field.value = "";
      this.#field.blur();
    });
    const copies = element("button", {
      type: "button", title: `Copy what these buttons do as Python or curl${hint("copy-as")}`,
      "aria-label": "Copy as Python or curl",
      onclick: () => this.dispatchEvent(new CustomEvent("copy-as", { bubbles: true })),
    }, "⋯");
    this.append(this.#scrubber, element("div", { class: "controls" }, go, this.#latest, this.#branch, copies));
  }

  /** @override @param {Store} store */
  update(store) {
    const { session, connection, lastStep } = store;
    const offline = !session.value || connection.value === "lost";
    if (this.#latest) updateButton(this.#latest, COMMANDS.latest, store);
    this.#branch.disabled = offline;
    this.#field.disabled = offline;
    this.#field.title = `Any step from 0 to ${whole(lastStep.value)}`;
  }
}

customElements.define("timeline-bar", TimelineBar);
