/**
 * What a chapter has done to the page, or is doing; and the way back to it.
 *
 * @import { GuidedStore } from "../../guide/guided.js"
 * @import { Placed } from "../../guide/chapter-view.js"
 */

import { element, setText } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { locked } from "../../lib/page/controls.js";
import { openPanels } from "../../lib/page/panels.js";
import { View } from "../../lib/view.js";

export class LessonStatus extends View {
  #text = element("p", { role: "status" });
  #progress = element("progress", { "aria-label": "Training" });
  #again = element("button", { type: "button", "data-action": "chapter-view" }, "Back to this chapter's view");

  /** @override @param {GuidedStore} store */
  build({ guide }) {
    this.#again.addEventListener("click", guide.drive);
    this.append(this.#text, this.#progress, this.#again);
  }

  /** @override @param {GuidedStore} store */
  update(store) {
    const { guide, lastStep, choices } = store;
    const doing = guide.doing.value;
    const until = doing?.until ?? null;
    this.#progress.hidden = until === null;
    if (until !== null) {
      this.#progress.max = until;
      this.#progress.value = lastStep.value;
    }
    const away = guide.isAway.value && guide.lesson.value !== null;
    this.#again.hidden = !away || locked(store) !== null;
    if (until !== null) setText(this.#text, `Training to step ${whole(until)} …`);
    else if (doing) setText(this.#text, `${doing.text} …`);
    else if (guide.unfulfilled.value) setText(this.#text, "Not all that this chapter asks for could be shown.");
    else if (away) setText(this.#text, "The page is not, or no longer, as this chapter sets it.");
    else if (guide.placed.value) setText(this.#text, said(guide.placed.value, choices.value.panels));
    else setText(this.#text, "");
  }
}

/** @param {Placed} placed @param {string} panels */
function said({ sessionName, position, plan }, panels) {
  const { tensor } = plan.choices;
  return [
    plan.session ? `Session “${sessionName}”` : "This session",
    position && `step ${whole(position.step)}`,
    position && (position.op < position.ops ? `op ${position.op} of ${position.ops}` : "all of it known"),
    openPanels(panels).map(({ title }) => title).join(", "),
    tensor && `tensor ${tensor}`,
  ].filter(Boolean).join(" · ");
}

customElements.define("lesson-status", LessonStatus);
