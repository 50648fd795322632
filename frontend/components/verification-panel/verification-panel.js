/**
 * Every hand-written gradient against autograd, on request.
 *
 * @import { Store } from "../../store.js"
 * @import { Position, VerificationRow } from "../../types/wire"
 */

import { commandButton, updateButton } from "../../lib/command-button.js";
import { COMMANDS } from "../../lib/commands.js";
import { element, setText } from "../../lib/dom.js";
import { number, whole } from "../../lib/format.js";
import { effect } from "../../lib/signals.js";
import { Panel } from "../panel/panel.js";

/** @param {Position} then @param {Position} now */
export function age(then, now) {
  const where = `checked at step ${whole(then.step)} op ${then.op}`;
  const steps = now.step - then.step;
  if (steps === 0) return then.op === now.op ? `${where}, that is here` : `${where}, in this step`;
  const distance = `${whole(Math.abs(steps))} ${Math.abs(steps) === 1 ? "step" : "steps"}`;
  return `${where}, ${distance} ${steps > 0 ? "ago" : "ahead"}`;
}

/** @param {VerificationRow} row @param {(name: string) => void} inspect */
function tableRow({ name, exact, approximate, maxdiff }, inspect) {
  const tensor = name.replace(/^d/, "");
  return element("tr", {},
    element("th", { scope: "row" }, element("button", {
      type: "button", class: "tensor", title: `Inspect ${tensor}`, onclick: () => inspect(tensor),
    }, name)),
    mark(exact), mark(approximate), element("td", { class: "number" }, number(maxdiff)));
}

/** @param {boolean} holds */
const mark = (holds) => element("td", { class: holds ? "good" : "bad" }, holds ? "yes" : "no");

const NOTHING_YET = element("tr", {}, element("td", { colspan: "4", class: "nothing" },
  "Step or run to where you want to check, then verify: it changes nothing of the run."));

export class VerificationPanel extends Panel {
  #count = element("output", { id: "verification-count" });
  #age = element("p", { class: "age", id: "verification-age" });
  #rows = element("tbody");
  #table = element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Verification results" });

  constructor() {
    super("Verification", "Every gradient written by hand against PyTorch's autograd.");
  }

  /** @override @param {Store} store */
  controls(store) {
    const button = commandButton("verify", store);
    effect(() => updateButton(button, COMMANDS.verify, store));
    return [button];
  }

  /** @override @param {Store} store */
  body({ verification, actions }) {
    const head = ["gradient", "exact", "approximate", "largest difference"]
      .map((text) => element("th", { scope: "col" }, text));
    this.#table.append(element("table", {}, element("thead", {}, element("tr", {}, ...head)), this.#rows));
    effect(() => {
      const rows = verification.value?.rows.map((row) => tableRow(row, actions.inspect)) ?? [NOTHING_YET];
      this.#rows.replaceChildren(...rows);
    });
    return [element("div", { class: "verdict" }, this.#count, this.#age), this.#table];
  }

  /** @override @param {Store} store */
  update({ verification, verifying, position }) {
    const checked = verification.value;
    const rows = checked?.rows ?? [];
    const exact = rows.filter((row) => row.exact).length;
    const wrong = rows.filter((row) => !row.approximate).length;
    setText(this.#count, checked ? `${exact} of ${rows.length} bit-exact` : "not checked yet");
    this.#count.className = !checked ? "" : wrong ? "bad" : "good";
    if (verifying.value) setText(this.#age, "checking …");
    else setText(this.#age, checked && position.value ? age(checked.position, position.value) : "");
  }
}

customElements.define("verification-panel", VerificationPanel);
