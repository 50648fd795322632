/**
 * Breakpoints: what a run can be told to stop at, and how that is written in words and in the address.
 *
 * @import { Network, Until } from "../../types/wire"
 *
 * @typedef {object} Metric
 * @property {string} name  As the server has it; "nan" takes no bound.
 * @property {string} text
 * @property {string} hint  What its numbers mean.
 *
 * @typedef {{ text: string, metrics: Metric[] }} Group
 */

import { number } from "../format.js";

const NAN = "nan";

/** @type {Group} */
const WHOLE = {
  text: "Whole network",
  metrics: [
    { name: "loss", text: "loss", hint: "Of one minibatch, so it jumps about: the first step there counts." },
    { name: "gradient_norm", text: "gradient norm", hint: "Of all parameters' gradients together." },
    { name: "saturation", text: "saturation", hint: "The share of all |h| above 0.97: from 0 to 1." },
    { name: NAN, text: "NaN in a gradient", hint: "Or an infinity: the first step with a gradient that is not finite." },
  ],
};

/** What is measured of each parameter. @param {string} parameter @returns {Metric[]} */
const ofParameter = (parameter) => [
  {
    name: `gradient_norm.${parameter}`, text: `gradient norm of ${parameter}`,
    hint: `The norm of d${parameter}.`,
  },
  {
    name: `update_ratio.${parameter}`, text: `update ratio of ${parameter}`,
    hint: "log10 of how large the update is beside the parameter: −3 is usual.",
  },
];

/** What is measured of each hidden layer. @param {string} h @returns {Metric[]} */
const ofLayer = (h) => [
  { name: `saturation.${h}`, text: `saturation of ${h}`, hint: `The share of |${h}| above 0.97: from 0 to 1.` },
  { name: `dead_units.${h}`, text: `dead units of ${h}`, hint: "How many units are saturated in every example." },
];

/** All that a run of this network can stop at. @param {Network} network @returns {Group[]} */
export function groups({ calls, gradients, activations }) {
  const computed = new Set(calls.map(({ output }) => output));
  // Gradients become known backwards; parameters are named forwards.
  const parameters = gradients.map(({ tensor }) => tensor).filter((tensor) => !computed.has(tensor)).reverse();
  return [
    WHOLE,
    { text: "One hidden layer", metrics: activations.flatMap(({ output }) => ofLayer(output)) },
    { text: "One parameter", metrics: parameters.flatMap(ofParameter) },
  ].filter(({ metrics }) => metrics.length);
}

/** @param {Network} network @param {string} name */
export const metricOf = (network, name) =>
  groups(network).flatMap(({ metrics }) => metrics).find((metric) => metric.name === name) ?? null;

export const takesBound = (/** @type {string} */ metric) => metric !== NAN;

/** As the address has it: `loss<2.2`; empty: none. @param {Until | null} until */
export function written(until) {
  if (!until) return "";
  const { metric, above, below } = until;
  return above !== undefined ? `${metric}>${above}` : below !== undefined ? `${metric}<${below}` : metric;
}

/** What makes no sense is no breakpoint: an address is typed by hand. @param {string} text @returns {Until | null} */
export function parsed(text) {
  if (text === NAN) return { metric: NAN };
  const [, metric, side, rest] = /^([^<>]+)([<>])(.+)$/.exec(text) ?? [];
  const bound = boundOf(rest ?? "");
  if (!metric || !takesBound(metric) || bound === null) return null;
  return breakpoint(metric, side === ">" ? "above" : "below", bound);
}

/** @param {string} metric @param {"above" | "below"} side @param {number} bound @returns {Until} */
export const breakpoint = (metric, side, bound) => (takesBound(metric) ? { metric, [side]: bound } : { metric });

/** The number that somebody has typed, null where it is none. @param {string} text */
export const boundOf = (text) => (text.trim() !== "" && Number.isFinite(Number(text)) ? Number(text) : null);

/** Beside the run button: `loss < 2.2`. @param {Until} until @param {Network} network */
export function described({ metric, above, below }, network) {
  const { text } = metricOf(network, metric) ?? { text: metric };
  const bound = above ?? below;
  return bound === undefined ? text : `${text} ${above === undefined ? "<" : ">"} ${short(bound)}`;
}

/** @param {number} bound */
function short(bound) {
  const plain = String(bound).replaceAll("-", "−");
  return plain.length <= 8 ? plain : number(bound);
}
