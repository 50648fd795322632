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
 * @property {string} chosen  The contribution on show.
 */

import { element, formula } from "../../lib/dom.js";
import { View } from "../../lib/view.js";
import { selected } from "./selected.js";

export class TensorCard extends View {
  /** @override @param {Store} store */
  update(store) {
    const network = store.network.value;
    if (!network) return;
    const { tensor, contribution } = selected(store);
    const sources = { network, ops: store.ops.value, inspect: store.actions.inspect, chosen: contribution };
    const call = network.calls.find(({ output }) => output === tensor);
    const gradient = network.gradients.find((each) => each.tensor === tensor);
    const origin = element("div", {}, call ? madeBy(call, sources) : given(tensor));
    if (gradient) origin.append(collects(gradient, sources));
    this.replaceChildren(origin, ...(call ? passesBack(call, sources) : []));
  }
}

/** @param {string} tensor */
function given(tensor) {
  const says = /^[XY]b$/.test(tensor) ? "Drawn for this step." : "A parameter: the update after each step changes it.";
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
function passesBack(call, { ops, network, inspect, chosen }) {
  const parts = contributions(network).filter((part) => part.call === call.index);
  const rules = ops.find(({ name }) => name === call.op)?.backward ?? [];
  return [section(`Backward: what it passes to its input${parts.length > 1 ? "s" : ""}`,
    ...parts.map((part) => {
      const target = call.inputs.find(({ operand }) => operand === part.operand)?.tensor ?? part.operand;
      const rule = rules.find(({ input }) => input === part.operand);
      const choose = () => inspect(target, part.name);
      return element("div", { class: "rule" },
        element("p", {}, "to ", tensorButton({ name: part.name, text: `d${target}`, choose, pressed: part.name === chosen })),
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
function collects({ name, tensor, contributions }, { inspect, chosen }) {
  const sum = contributions.length > 1 ? `the sum of ${contributions.length} contributions` : "one contribution";
  return section(`${name}: ${sum}`,
    element("ul", { class: "contributions" }, ...contributions.map((part) => element("li", {},
      tensorButton({
        name: part.name, text: `through ${part.via}`, pressed: part.name === chosen,
        choose: () => inspect(tensor, part.name === chosen ? "" : part.name),
      }),
      element("span", { class: "at" }, `op ${part.known_at}`),
      element("code", { class: "line" }, part.code)))));
}

/** @param {Network} network @returns {Contribution[]} */
const contributions = (network) => network.gradients.flatMap((gradient) => gradient.contributions);

/** @param {string} heading @param {...Node} children */
const section = (heading, ...children) => element("section", {}, element("h4", {}, heading), ...children);

/** @param {{ latex: string, mathml: string }} written */
const math = ({ latex, mathml }) => element("div", { class: "formula", title: latex }, formula(mathml));

/** @param {{ name: string, text: string, choose: () => void, pressed?: boolean }} button */
const tensorButton = ({ name, text, choose, pressed = false }) => element("button", {
  type: "button", class: "tensor", title: `Show ${name}`, "aria-pressed": String(pressed), onclick: choose,
}, text);

customElements.define("tensor-card", TensorCard);
