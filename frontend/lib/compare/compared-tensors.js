/**
 * What can be compared of two networks: the tensors and gradients that both have. What only one has is listed too.
 *
 * @import { Network } from "../../types/wire"
 * @import { Moment } from "../time/moments.js"
 *
 * @typedef {Pick<Network, "calls" | "gradients">} Tensors
 * @typedef {{ text: string, tensors: { name: string, text: string }[] }} Group
 */

/** The choice to show what the steps have reached. */
export const FOLLOW = "follow";

/** The tensor that is compared: the one that was chosen or, where the steps are followed, what the last op has made.
 * @param {string} chosen @param {Pick<Moment, "pass" | "tensor"> | null} moment */
export function comparedAt(chosen, moment) {
  if (chosen !== FOLLOW) return chosen;
  if (!moment) return "loss";
  return moment.pass === "backward" ? `d${moment.tensor}` : moment.tensor;
}

/** The minibatch, which no op computes and which has no gradient. */
const BATCH = ["Xb", "Yb"];

/** By kind, in the order of the forward pass. @param {Tensors} network */
function tensorsOf({ calls, gradients }) {
  const computed = calls.map(({ output }) => output);
  const isComputed = new Set(computed);
  // Gradients become known backwards.
  const forwards = [...gradients].reverse();
  return {
    parameters: forwards.map(({ tensor }) => tensor).filter((tensor) => !isComputed.has(tensor)),
    values: [...BATCH, ...computed],
    gradients: forwards.map(({ name }) => name),
  };
}

/** What is in either, the first one's order first. @param {string[]} a @param {string[]} b */
function union(a, b) {
  const [ours, theirs] = [new Set(a), new Set(b)];
  return [...new Set([...a, ...b])].map((name) => {
    const only = !theirs.has(name) ? " (only A)" : !ours.has(name) ? " (only B)" : "";
    return { name, text: name + only };
  });
}

/** @param {Tensors | null} a @param {Tensors | null} b @returns {Group[]} */
export function groupsOf(a, b) {
  if (!a || !b) return [];
  const [ours, theirs] = [tensorsOf(a), tensorsOf(b)];
  return [
    { text: "Steps", tensors: [{ name: FOLLOW, text: "follow the steps" }] },
    { text: "Gradients", tensors: union(ours.gradients, theirs.gradients) },
    { text: "Values", tensors: union(ours.values, theirs.values) },
    { text: "Parameters", tensors: union(ours.parameters, theirs.parameters) },
  ];
}

/** Which of the two has no such tensor, in a sentence; null: both have it. @param {string} name @param {Tensors | null} a @param {Tensors | null} b */
export function lacking(name, a, b) {
  if (!a || !b) return "Waiting for both sessions …";
  const [ours, theirs] = [a, b].map((network) => Object.values(tensorsOf(network)).some((names) => names.includes(name)));
  if (ours && theirs) return null;
  return ours || theirs ? `The network of ${ours ? "B" : "A"} has no ${name}` : `There is no tensor ${name}`;
}
