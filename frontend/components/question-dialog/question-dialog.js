/**
 * Asks what is to become of the steps after the one where something is to be changed. Nothing is done by itself.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Answer, Question } from "../../store/edits.js"
 */

import { element, setText } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { View } from "../../lib/view.js";

export class QuestionDialog extends View {
  #dialog = element("dialog", { "aria-labelledby": "question-title", "aria-describedby": "question-text" });
  #text = element("p", { id: "question-text" });
  #discard = element("button", { type: "button", "data-answer": "discard", onclick: () => this.#answer("discard") });
  /** @type {Question | null} */
  #question = null;

  /** @override */
  build() {
    this.#dialog.addEventListener("close", () => {
      // It is told late: the next question may be there by then.
      if (!this.#dialog.open) this.#answer("cancel");
    });
    this.#dialog.append(
      element("h2", { id: "question-title" }, "Steps come after this one"),
      this.#text,
      element("p", { class: "hint" }, "A branch is a new session: it shares the past up to here, and this one stays as it is."),
      element("footer", {},
        // Enter held down in the field before answers nothing but this.
        element("button", {
          type: "button", "data-answer": "cancel", autofocus: true, onclick: () => this.#answer("cancel"),
        }, "Cancel"),
        this.#discard,
        element("button", {
          type: "button", class: "primary", "data-answer": "branch", onclick: () => this.#answer("branch"),
        }, "Branch here")),
    );
    this.append(this.#dialog);
  }

  /** @override @param {Store} store */
  update({ question }) {
    this.#question = question.value;
    if (!this.#question) return this.#dialog.close();
    const { text, step, last } = this.#question;
    const steps = last - step === 1 ? "1 step" : `${whole(last - step)} steps`;
    setText(this.#text, `You are about to ${text} at step ${whole(step)}. This session has come to step ${whole(last)}, `
      + "and what came after would not follow from that.");
    setText(this.#discard, `Discard what came after (${steps})`);
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  /** @param {Answer} answer */
  #answer(answer) {
    const question = this.#question;
    this.#question = null;
    question?.answer(answer);
  }
}

customElements.define("question-dialog", QuestionDialog);
