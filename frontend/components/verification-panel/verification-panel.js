/**
 * Every hand-written gradient against autograd, on request.
 *
 * @import { Store } from "../../store.js"
 * @import { VerificationRow } from "../../types/wire"
 * @import { Agreement } from "../../lib/verdict.js"
 */

import { commandButton, updateButton } from "../../lib/command-button.js";
import { COMMANDS } from "../../lib/commands.js";
import { element, setText } from "../../lib/dom.js";
import { number } from "../../lib/format.js";
import { effect } from "../../lib/signals.js";
import { age, agreement, verdict, worstFirst } from "../../lib/verdict.js";
import { Panel } from "../panel/panel.js";

/** @type {Record<Agreement, [exact: [string, string], approximate: [string, string]]>} */
const MARKS = {
  same: [["yes", "good"], ["yes", "good"]],
  close: [["no", ""], ["yes", "good"]],
  unknown: [["–", ""], ["–", ""]],
  wrong: [["no", "bad"], ["no", "bad"]],
};

/** @param {VerificationRow} row @param {(name: string) => void} inspect */
function tableRow(row, inspect) {
  const tensor = row.name.replace(/^d/, "");
  const marks = MARKS[agreement(row)].map(([text, tone]) => element("td", { class: tone }, text));
  const difference = row.maxdiff === null ? "not finite, cannot be compared" : number(row.maxdiff);
  return element("tr", {},
    element("th", { scope: "row" }, element("button", {
      type: "button", class: "tensor", title: `Inspect ${tensor}`, onclick: () => inspect(tensor),
    }, row.name)),
    ...marks, element("td", { class: "number" }, difference));
}

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
      const checked = verification.value;
      const rows = checked && worstFirst(checked.rows).map((row) => tableRow(row, actions.inspect));
      this.#rows.replaceChildren(...(rows ?? [NOTHING_YET]));
    });
    return [element("div", { class: "verdict" }, this.#count, this.#age), this.#table];
  }

  /** @override @param {Store} store */
  update({ verification, verifying, position, info }) {
    const checked = verification.value;
    const { text, tone } = checked ? verdict(checked.rows) : { text: "not checked yet", tone: "" };
    setText(this.#count, text);
    this.#count.className = tone;
    const now = position.value;
    if (verifying.value) setText(this.#age, "checking …");
    else setText(this.#age, checked && now ? age(checked, { ...info.value, position: now }) : "");
  }
}

customElements.define("verification-panel", VerificationPanel);
