/**
 * Cuts: what can be operated on, what a cut is in words, and cuts that teach something.
 *
 * @import { Cut, CutTensor, Network, TensorDifference } from "../../types/wire"
 */

import { number, whole } from "../format.js";

/** What a cut needs beside its tensor. @type {Record<Cut["kind"], { text: string, cell: boolean, number: string | null }>} */
export const KINDS = {
  detach: { text: "detach: no gradient through", cell: false, number: null },
  scale: { text: "scale", cell: true, number: "times" },
  set: { text: "set a cell of", cell: true, number: "to" },
  freeze: { text: "freeze", cell: false, number: null },
};

/** Which tensors a kind of cut can be made to, with what they are. @param {Network} network @param {Cut["kind"]} kind */
export function operable({ parameters, calls, gradients }, kind) {
  const named = (/** @type {string} */ value, /** @type {string} */ what) => ({ value, text: `${value} (${what})` });
  const weights = parameters.map(({ name }) => named(name, "parameter"));
  const values = calls.filter(({ output }) => output !== "loss").map(({ output }) => named(output, "value"));
  if (kind === "freeze") return weights;
  return kind === "detach" ? [...values, ...weights] : [...weights, ...values, ...gradients.map(({ name }) => named(name, "gradient"))];
}

/** The shape of what can be operated on. @param {Network} network @param {string} tensor @returns {number[]} */
export function shapeOf({ parameters, calls, gradients }, tensor) {
  const found = parameters.find(({ name }) => name === tensor) ?? calls.find(({ output }) => output === tensor)
    ?? gradients.find(({ name }) => name === tensor);
  return found?.shape ?? [];
}

/** A cell as somebody writes it, such as `3, 12`; null: it is none. @param {string} text @returns {number[] | null} */
export function readCell(text) {
  const parts = text.split(",").map((part) => part.trim());
  return parts.every((part) => /^\d{1,9}$/.test(part)) ? parts.map(Number) : null;
}

/**
 * The cut that is filled in, or why it is none.
 * @param {{ kind: Cut["kind"], tensor: string, cell: string, number: string }} filled @returns {{ cut: Cut } | { problem: string }}
 */
export function cutOf({ kind, tensor, cell, number: text }) {
  if (kind === "detach" || kind === "freeze") return { cut: { kind, tensor } };
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) return { problem: `${kind === "scale" ? "The factor" : "The number"} must be a finite number, got “${text}”.` };
  const indices = cell.trim() === "" && kind === "scale" ? null : readCell(cell);
  if (indices === null && (kind === "set" || cell.trim() !== "")) {
    return { problem: `A cell is an index for each dimension, such as 0, 3; got “${cell}”.` };
  }
  return kind === "scale" ? { cut: { kind, tensor, factor: value, cell: indices } } : { cut: { kind, tensor, cell: indices ?? [], value } };
}

/** @param {Cut} cut */
export function cutText(cut) {
  switch (cut.kind) {
    case "detach": return `detach ${cut.tensor}`;
    case "freeze": return `freeze ${cut.tensor}`;
    case "scale": return `${cut.tensor}${cut.cell ? `[${cut.cell.join(", ")}]` : ""} × ${number(cut.factor)}`;
    default: return `${cut.tensor}[${cut.cell.join(", ")}] = ${number(cut.value)}`;
  }
}

/** Cuts that teach something, as far as this network has what they cut. @param {Network} network @returns {{ text: string, cuts: Cut[] }[]} */
export function presets({ calls, parameters, batch_norms }) {
  const has = new Set(calls.map(({ output }) => output));
  const norms = batch_norms.filter(({ mean, variance }) => has.has(mean) && has.has(variance));
  const weights = parameters.map(({ name }) => name);
  const outputs = calls.find(({ output }) => output === "logits")?.inputs.map(({ tensor }) => tensor) ?? [];
  /** @type {(tensor: string) => Cut} */
  const detach = (tensor) => ({ kind: "detach", tensor });
  /** @type {(tensor: string) => Cut} */
  const freeze = (tensor) => ({ kind: "freeze", tensor });
  return [
    ...(norms.length ? [
      { text: "Batch norm’s mean as a constant", cuts: norms.map(({ mean }) => detach(mean)) },
      { text: "Its variance as a constant", cuts: norms.map(({ variance }) => detach(variance)) },
    ] : []),
    { text: "The output layer alone learns", cuts: weights.filter((name) => !outputs.includes(name)).map(freeze) },
    { text: "The output layer is frozen", cuts: weights.filter((name) => outputs.includes(name)).map(freeze) },
    { text: "The loss pulls twice as hard", cuts: [{ kind: "scale", tensor: "dlogits", factor: 2, cell: null }] },
  ];
}

/** @param {TensorDifference} difference */
export const cellsText = ({ cells, of }) => (of === 1 ? "its one cell" : cells === of ? `all ${whole(of)} cells` : `${whole(cells)} of ${whole(of)} cells`);

/** How large a change is beside the tensor: in percent; ∞ where it was zero. @param {TensorDifference} difference */
export function relativeText({ relative }) {
  if (relative === null) return "was zero";
  const percent = 100 * relative;
  if (relative > 999) return "> ×999";
  return percent >= 1000 ? `×${Math.round(relative)}` : percent >= 0.1 ? `${number(percent, 3)} %` : "< 0.1 %";
}

/** The three views of a tensor that was asked for. @param {CutTensor} shown @param {number[]} shape */
export function shownViews({ name, block, before, after, difference }, shape) {
  return [[name, before], [`${name} with the cuts`, after], [`${name}: the change`, difference]].map(([tensor, rows]) => {
    const matrix = /** @type {(number | null)[][]} */ (rows);
    const data = Float32Array.from(matrix.flat(), (cell) => cell ?? NaN);
    const isWhole = block[0] === 1 && block[1] === 1;
    return {
      info: { tensor: String(tensor), as: /** @type {const} */ ("values"), known: true, known_at: 0, shape, ...(isWhole ? {} : { block }) },
      data, rows: matrix.length, columns: matrix[0]?.length ?? 0,
    };
  });
}
