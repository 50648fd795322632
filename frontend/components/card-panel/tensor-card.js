/**
 * Where a tensor comes from and what its gradient collects: formulas and code, from the op table.
 *
 * @import { Store } from "../../store.js"
 * @import { Call, Contribution, Gradient, Network, Op } from "../../types/wire"
 *
 * @typedef {object} Sources
 * @property {Network} network
 * @property {Op[]} ops
 * @property {(tensor: string, contribution?: string) => void} inspect
 */

import { element, formula } from "../../lib/dom.js";
import { View } from "../../lib/view.js";
import { selected } from "../../lib/selection.js";

export class TensorCard extends View {
  /** The cards of a network's tensors, each built when it is first wanted. @type {Map<string, HTMLElement>} */
  #cards = new Map();
  /** @type {{ network: Network, ops: Op[] } | null} What they were built of. */
  #built = null;

  /** @override @param {Store} store */
  update(store) {
    const network = store.network.value;
    const ops = store.ops.value;
    if (!network) return;
    if (network !== this.#built?.network || ops !== this.#built.ops) this.#cards.clear();
    this.#built = { network, ops };
    const { tensor, contribution } = selected(store);
    const card = this.#cards.get(tensor) ?? built(tensor, { network, ops, inspect: store.actions.inspect });
    this.#cards.set(tensor, card);
    for (const button of card.querySelectorAll("button[data-contribution]")) {
      button.setAttribute("aria-pressed", String(button.getAttribute("data-contribution") === contribution));
    }
    if (card.parentNode !== this) this.#turnTo(card);
  }

  /** A press that leads to another card takes the focus along. @param {HTMLElement} card */
  #turnTo(card) {
    const focused = this.contains(document.activeElement);
    this.replaceChildren(card);
    this.scrollTop = 0;
    const next = card.querySelector("button[aria-pressed=true]") ?? card.querySelector("button");
    if (focused && next instanceof HTMLElement) next.focus();
  }
}

/** @param {string} tensor @param {Sources} sources */
function built(tensor, sources) {
  const { calls, gradients } = sources.network;
  const call = calls.find(({ output }) => output === tensor);
  const gradient = gradients.find((each) => each.tensor === tensor);
  const origin = element("div", {}, call ? madeBy(call, sources) : given(gradient));
  if (gradient) origin.append(collects(gradient, sources));
  return element("div", { class: "card" }, origin, ...(call ? passesBack(call, sources) : []));
}

/** Of what no op computes, parameters have a gradient and the minibatch has none. @param {Gradient | undefined} gradient */
function given(gradient) {
  const says = gradient ? "A parameter: the update after each step changes it." : "Drawn for this step.";
  return section("Given", element("p", {}, says));
}

/** The line that computes it. @param {Call} call @param {Sources} sources */
function madeBy(call, { ops, inspect }) {
  const op = ops.find(({ name }) => name === call.op);
  const inputs = call.inputs.map(({ tensor }) =>
    tensorButton({ name: tensor, text: tensor, choose: () => inspect(tensor) }));
  return section(`Forward: ${op?.title ?? call.op}`,
    element("code", { class: "line" }, call.code),
    ...(op ? [math(op.forward.formula), element("p", { class: "shapes" }, shapes(op))] : []),
    element("p", { class: "inputs" }, "from ", ...inputs),
    ...(op?.why ? [element("p", { class: "why" }, op.why)] : []));
}

/** @param {Op} op */
function shapes({ inputs, output }) {
  const named = inputs.map(({ name, shape }) => `${name}: ${shape || "scalar"}`).join(", ");
  return `${named} → ${output.name}: ${output.shape || "scalar"}`;
}

/** What the same line does backwards, per input. @param {Call} call @param {Sources} sources */
function passesBack(call, { ops, network, inspect }) {
  const parts = contributions(network).filter((part) => part.call === call.index);
  const rules = ops.find(({ name }) => name === call.op)?.backward ?? [];
  return [section(`Backward: what it passes to its input${parts.length > 1 ? "s" : ""}`,
    ...parts.map((part) => {
      const target = call.inputs.find(({ operand }) => operand === part.operand)?.tensor ?? part.operand;
      const rule = rules.find(({ input }) => input === part.operand);
      const choose = () => inspect(target, part.name);
      return element("div", { class: "rule" },
        element("p", {}, "to ", tensorButton({ name: part.name, text: `d${target}`, choose, contribution: true })),
        element("code", { class: "line" }, part.code),
        ...(rule ? [math(rule.formula), ...remark(rule.why, part)] : []));
    }))];
}

/** Why the rule is as it is, beside the line as texts have it where they differ. @param {string | null} why @param {Contribution} part */
function remark(why, { code, textbook_code }) {
  if (!textbook_code) return why ? [element("p", { class: "why" }, why)] : [];
  return [element("dl", { class: "textbook" },
    element("dt", {}, "in texts"), element("dd", {}, element("code", {}, textbook_code)),
    element("dt", {}, "here"), element("dd", {}, element("code", {}, code)),
    element("dt", {}, "why"), element("dd", {}, why ?? ""))];
}

/** All that its gradient is the sum of. @param {Gradient} gradient @param {Sources} sources */
function collects({ name, tensor, contributions }, { inspect }) {
  const sum = contributions.length > 1 ? `the sum of ${contributions.length} contributions` : "one contribution";
  return section(`${name}: ${sum}`,
    element("ul", { class: "contributions" }, ...contributions.map((part) => {
      const choose = (/** @type {boolean} */ chosen) => inspect(tensor, chosen ? "" : part.name);
      return element("li", {},
        tensorButton({ name: part.name, text: `through ${part.via}`, choose, contribution: true }),
        element("span", { class: "at" }, `op ${part.known_at}`),
        element("code", { class: "line" }, part.code));
    })));
}

/** @param {Network} network @returns {Contribution[]} */
const contributions = (network) => network.gradients.flatMap((gradient) => gradient.contributions);

/** @param {string} heading @param {...Node} children */
const section = (heading, ...children) => element("section", {}, element("h4", {}, heading), ...children);

/** @param {{ latex: string, mathml: string }} written */
const math = ({ latex, mathml }) => element("div", { class: "formula", title: latex }, formula(mathml));

/**
 * @typedef {object} TensorButton
 * @property {string} name
 * @property {string} text
 * @property {(chosen: boolean) => void} choose  Told whether it is chosen already.
 * @property {boolean} [contribution]  Whether it is one, and is marked while it is on show.
 */

/** @param {TensorButton} button */
const tensorButton = ({ name, text, choose, contribution = false }) => element("button", {
  type: "button", class: "tensor", title: `Show ${name}`,
  onclick: ({ currentTarget }) => choose(currentTarget.getAttribute("aria-pressed") === "true"),
  ...(contribution && { "data-contribution": name, "aria-pressed": "false" }),
}, text);

customElements.define("tensor-card", TensorCard);
