/**
 * A sheet for a class: each bug that can be hidden in this network once, the same for all who have its seed.
 *
 * @import { Store } from "../../store/store.js"
 * @import { SheetTask } from "../../types/wire"
 */

import { Asked } from "../../lib/asked.js";
import { element, setText } from "../../lib/dom.js";
import { signal } from "../../lib/signals.js";

/** As the server has it. */
const LARGEST_SEED = 999_999;

export class HuntSheet {
  /** @type {Asked<SheetTask[]>} */
  #asked = new Asked();
  #isOpen = signal(false);
  #seed = signal(1);
  #answers = signal(false);
  #rows = element("tbody");
  #problem = element("p", { class: "refused", role: "alert" });
  #hide;
  /** What the table shows. */
  #shown = "";

  /** @param {(name: string) => void} hide  Hides the bug of a task. */
  constructor(hide) {
    this.#hide = hide;
    const seed = element("input", { type: "number", id: "sheet-seed", min: "0", max: String(LARGEST_SEED), step: "1", value: "1",
      onchange: () => { if (seed.checkValidity() && seed.value) this.#seed.value = seed.valueAsNumber; } });
    const answers = element("input", { type: "checkbox", id: "sheet-answers", onchange: () => { this.#answers.value = answers.checked; } });
    this.root = element("details", { class: "sheet", id: "hunt-sheet", ontoggle: () => { this.#isOpen.value = this.root.open; } },
      element("summary", {}, "A sheet for the class"),
      element("p", { class: "switches" }, element("label", {}, "seed ", seed), element("label", {}, answers, " with answers")),
      this.#problem,
      element("table", {},
        element("thead", {}, element("tr", {}, ...["", "difficulty", "bug", "op", "mistake"].map((text) => element("th", { scope: "col" }, text)))),
        this.#rows));
  }

  /** @param {Store} store @param {boolean} isLocked */
  update({ session, network, reads }, isLocked) {
    const id = session.value?.id;
    const [seed, answers] = [this.#seed.value, this.#answers.value];
    const key = this.#isOpen.value && id && network.value ? JSON.stringify([id, seed, answers]) : null;
    const found = this.#asked.about(key, () => reads.huntSheet(String(id), seed, answers));
    setText(this.#problem, found?.error ?? "");
    if (!found?.value || this.#shown === `${found.key} ${isLocked}`) return;
    this.#shown = `${found.key} ${isLocked}`;
    this.#rows.replaceChildren(...found.value.map((task, i) => this.#row(task, i, isLocked)));
  }

  /** @param {SheetTask} task @param {number} i @param {boolean} isLocked */
  #row({ name, difficulty, title, ops, mistake }, i, isLocked) {
    const button = element("button", { type: "button", onclick: () => this.#hide(name) }, name);
    button.disabled = isLocked;
    return element("tr", { title: title ?? "" }, element("th", { scope: "row" }, String(i + 1)), element("td", {}, String(difficulty)),
      element("td", {}, button), element("td", {}, ops?.join(", ") ?? ""), element("td", {}, mistake ?? ""));
  }
}
