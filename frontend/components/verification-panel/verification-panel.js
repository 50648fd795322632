/**
 * Every hand-written gradient against autograd, and the kernel's against the hand-written ones, on request.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Gradient, VerificationRow } from "../../types/wire"
 * @import { Agreement } from "../../lib/verdict.js"
 */

import { element, setText } from "../../lib/dom.js";
import { number } from "../../lib/format.js";
import { commandButton, updateButton } from "../../lib/page/command-button.js";
import { COMMANDS } from "../../lib/page/commands.js";
import { effect } from "../../lib/signals.js";
import { age, agreement, kernelVerdict, verdict, worstFirst } from "../../lib/verdict.js";
import { Panel } from "../panel/panel.js";

/** @type {Record<Agreement, [exact: [string, string], approximate: [string, string]]>} */
const MARKS = {
  same: [["yes", "good"], ["yes", "good"]],
  close: [["no", ""], ["yes", "good"]],
  unknown: [["–", ""], ["–", ""]],
  wrong: [["no", "bad"], ["no", "bad"]],
};

const KERNEL = "The kernel is the same step compiled, and does the training. It computes the parameters' gradients only: "
  + "this is how far the largest difference of a cell is from the tape's, which are the hand-written ones on show.";

const COLUMNS = [
  ["gradient", "Of the loss with respect to each tensor, in the order of the backward pass; the worst come first"],
  ["exact", "Equal to autograd's to the last bit"],
  ["approximate", "Equal to autograd's but for rounding"],
  ["difference", "The largest difference of a cell from autograd's"],
  ["kernel − tape", KERNEL],
];

const NOT_YET = "Step or run to where you want to check, then verify: it changes nothing of the run.";

/** @param {string} gradient @param {(name: string) => void} inspect */
function heading(gradient, inspect) {
  const tensor = gradient.replace(/^d/, "");
  return element("th", { scope: "row" }, element("button", {
    type: "button", class: "tensor", title: `Inspect ${tensor}`, onclick: () => inspect(tensor),
  }, gradient));
}

/** @param {VerificationRow} row @param {(name: string) => void} inspect */
function checkedRow(row, inspect) {
  const marks = MARKS[agreement(row)].map(([text, tone]) => element("td", { class: tone }, text));
  const difference = row.maxdiff === null ? "not finite" : number(row.maxdiff);
  return element("tr", { class: "checked" },
    heading(row.name, inspect),
    ...marks,
    element("td", { class: "number" }, difference),
    element("td", { class: "number" }, row.kernel_maxdiff === null ? "" : number(row.kernel_maxdiff)));
}

/** What will be checked. @param {Pick<Gradient, "name">} gradient @param {(name: string) => void} inspect */
const uncheckedRow = ({ name }, inspect) =>
  element("tr", {}, heading(name, inspect), element("td", { colspan: "4", class: "nothing" }, "not checked"));

export class VerificationPanel extends Panel {
  #count = element("output", { id: "verification-count" });
  #age = element("p", { class: "age", id: "verification-age" });
  #kernel = element("p", { class: "kernel", id: "verification-kernel", title: KERNEL });
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
  body({ verification, network, actions }) {
    const head = COLUMNS.map(([text, title]) => element("th", { scope: "col", title }, text));
    this.#table.append(element("table", {}, element("thead", {}, element("tr", {}, ...head)), this.#rows));
    effect(() => {
      const checked = verification.value;
      const rows = checked
        ? worstFirst(checked.rows).map((row) => checkedRow(row, actions.inspect))
        : (network.value?.gradients ?? []).map((gradient) => uncheckedRow(gradient, actions.inspect));
      this.#rows.replaceChildren(...rows);
    });
    return [element("div", { class: "verdict" }, this.#count, this.#age), this.#kernel, this.#table];
  }

  /** @override @param {Store} store */
  update({ verification, verifying, position, info, engine }) {
    const checked = verification.value;
    const { text, tone } = checked ? verdict(checked.rows) : { text: "Not checked yet", tone: "" };
    setText(this.#count, text);
    this.#count.className = tone;
    setText(this.#kernel, checked ? kernelVerdict(checked.rows, engine.value?.name) : NOT_YET);
    const now = position.value;
    if (verifying.value) setText(this.#age, "checking …");
    else setText(this.#age, checked && now ? age(checked, { ...info.value, position: now }) : "");
  }
}

customElements.define("verification-panel", VerificationPanel);
