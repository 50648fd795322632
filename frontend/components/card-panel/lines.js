/**
 * The lines that make a tensor and pass its gradient on, as the op table explains them: formula, code, shapes, why.
 *
 * @import { Dimension } from "../../lib/card/dimensions.js"
 * @import { Call, Contribution, Network, Op, Parameter } from "../../types/wire"
 *
 * @typedef {object} Known
 * @property {Network} network
 * @property {Op[]} ops
 * @property {Map<string, Dimension[]>} dimensions
 * @property {(tensor: string, contribution?: string) => void} inspect
 */

import { backwardCheck, forwardCheck } from "../../lib/card/dimension-checks.js";
import { foldsOf } from "../../lib/card/dimensions.js";
import { element } from "../../lib/dom.js";
import { dimensionCheck } from "./dimension-check.js";
import { foldDiagram } from "./fold-diagram.js";
import { line, math, section, tensorButton, why } from "./section.js";

/** @param {Known} known @param {string} name */
const opOf = ({ ops }, name) => ops.find((op) => op.name === name);

/** The line that computes it. @param {Call} call @param {Known} known */
export function forwardSection(call, known) {
  const op = opOf(known, call.op);
  if (!op) return section("forward", `Forward: ${call.op}`, line(call.code));
  return section("forward", `Forward: ${op.title}`,
    line(call.code), math(op.forward.formula), dimensionCheck(forwardCheck(call, op, known.dimensions)),
    why(op.why, op.sources));
}

/** What the same line does backwards, input by input. @param {Call} call @param {Known} known */
export function backwardSection(call, known) {
  const parts = known.network.gradients.flatMap(({ contributions }) => contributions)
    .filter((part) => part.call === call.index).sort((a, b) => a.known_at - b.known_at);
  const heading = `Backward: what it passes to its input${parts.length > 1 ? "s" : ""}`;
  return section("backward", heading, ...parts.map((part) => {
    const target = targetOf(part, call);
    const choose = () => known.inspect(target, part.name);
    return element("div", { class: "rule" },
      element("p", {}, "to ", tensorButton({ name: part.name, text: `d${target}`, choose, contribution: true })),
      ...ruleOf(part, known));
  }));
}

/** The tensor that a contribution is for. @param {Contribution} part @param {Call} call */
const targetOf = (part, call) => call.inputs.find(({ operand }) => operand === part.operand)?.tensor ?? part.operand;

/** One backward rule: its line, formula, dimensions and why. @param {Contribution} part @param {Known} known @returns {Element[]} */
export function ruleOf(part, known) {
  const call = known.network.calls[part.call];
  const op = opOf(known, call.op);
  const backward = op?.backward.find(({ input }) => input === part.operand);
  if (!op || !backward) return [line(part.code)];
  const folds = foldsOf(call, op, known.dimensions).filter(({ input }) => input === targetOf(part, call));
  return [
    line(part.code), math(backward.formula),
    dimensionCheck(backwardCheck(call, op, part.operand, known.dimensions)),
    ...folds.map(foldDiagram), ...remark(backward, part),
  ];
}

/** Why the rule is as it is, beside the line as texts have it where they differ. @param {Op["backward"][number]} rule @param {Contribution} part */
function remark({ why: reason, sources }, { code, textbook_code, note }) {
  const noted = note ? [element("div", { class: "note" }, why(note.text, note.sources))] : [];
  if (!textbook_code) return [...(reason ? [why(reason, sources)] : []), ...noted];
  return [element("dl", { class: "textbook" },
    element("dt", {}, "in texts"), element("dd", {}, element("code", {}, textbook_code)),
    element("dt", {}, "here"), element("dd", {}, element("code", {}, code)),
    element("dt", {}, "why"), element("dd", {}, why(reason ?? "", sources))), ...noted];
}

/** What a tensor that no op computes is: a parameter, or the minibatch. @param {string} tensor @param {Known} known */
export function givenSection(tensor, known) {
  const parameter = known.network.parameters.find(({ name }) => name === tensor);
  return parameter ? parameterSection(parameter, known) : minibatchSection(tensor, known);
}

/** @param {Parameter} parameter @param {Known} known */
function parameterSection({ name, code, why: reason, sources }, known) {
  return section("forward", "A parameter: the update after each step changes it",
    element("p", {}, meaning(name, known)),
    element("h5", {}, "How it was drawn at the start"), line(code), why(reason, sources));
}

/** @param {string} tensor @param {Known} known */
function minibatchSection(tensor, known) {
  const { B } = known.network.dimensions;
  return section("forward", "The minibatch: drawn anew for each step",
    element("p", {}, meaning(tensor, known)),
    line(`ix = torch.randint(0, len(Xtr), (${B},), generator=g)\nXb, Yb = Xtr[ix], Ytr[ix]`),
    why("A few examples in place of all: their gradient is that of the whole training split but for chance, and costs "
      + "far less. They are numbers of characters, and numbers that only say which have no gradient."));
}

/** What the op table says of the operand that this tensor is, as a sentence. @param {string} tensor @param {Known} known */
function meaning(tensor, known) {
  for (const { op, inputs } of known.network.calls) {
    const operand = inputs.find((input) => input.tensor === tensor)?.operand;
    const found = opOf(known, op)?.inputs.find(({ name }) => name === operand)?.meaning;
    if (found) return `${found[0].toUpperCase()}${found.slice(1)}.`;
  }
  return "";
}
