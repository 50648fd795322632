/**
 * A cell of a tensor, as a person points at it and as the page's address has it.
 *
 * @import { Network } from "../../types/wire"
 *
 * @typedef {object} Cell
 * @property {string} tensor
 * @property {number[]} cell  One index for each dimension.
 */

/** How a cell is written in the page's address: `dlogits[3,12]`, `loss`. @param {Cell} pointed */
export const writtenCell = ({ tensor, cell }) => (cell.length ? `${tensor}[${cell.join(",")}]` : tensor);

/** @param {string} text @returns {Cell | null} */
export function readCell(text) {
  const [, tensor, cell = ""] = /^([\w.:]+)(?:\[(\d+(?:,\d+)*)\])?$/.exec(text) ?? [];
  return tensor ? { tensor, cell: cell ? cell.split(",").map(Number) : [] } : null;
}

/**
 * Why a tensor's cells cannot be explained at this op of the step, or an empty text.
 * @param {string} tensor @param {Network} network @param {number} op
 */
export function unexplained(tensor, { calls, gradients, batch_norms }, op) {
  const parts = gradients.flatMap(({ contributions }) => contributions);
  const inputs = new Set(calls.flatMap((call) => call.inputs.map((input) => input.tensor)));
  const computed = [...calls.map(({ output, known_at }) => ({ name: output, known_at })), ...gradients, ...parts];
  const found = computed.find(({ name }) => name === tensor);
  if (found) return found.known_at > op ? `${tensor} is not known yet at op ${op}: it will be at op ${found.known_at}.` : "";
  const statistics = batch_norms.flatMap(({ input, mean, variance, running_mean, running_variance, paths }) => [
    { name: running_mean, known_at: 0 }, { name: running_variance, known_at: 0 },
    ...[mean, variance].map((name) => ({ name, known_at: knownAt(computed, input) })),
    ...Object.values(paths ?? {}).map((name) => ({ name, known_at: knownAt(computed, `d${input}`) })),
  ]);
  const statistic = statistics.find(({ name }) => name === tensor);
  if (!statistic) return inputs.has(tensor) ? "" : `This network has no ${tensor}.`;
  return statistic.known_at > op ? `${tensor} is not known yet at op ${op}: it will be at op ${statistic.known_at}.` : "";
}

/**
 * Why a tensor has no such cell, as far as the network tells its shape, or an empty text.
 * @param {Cell} asked @param {Network} network
 */
export function outside({ tensor, cell }, { calls, gradients }) {
  const shape = calls.find(({ output }) => output === tensor)?.shape
    ?? gradients.find((gradient) => gradient.tensor === tensor || gradient.name === tensor
      || gradient.contributions.some(({ name }) => name === tensor))?.shape;
  if (!shape || (cell.length === shape.length && cell.every((index, i) => index < shape[i]))) return "";
  return `${tensor} has no such cell: it is ${shape.length ? shape.join(" × ") : "a single number"}.`;
}

/** @param {{ name: string, known_at: number }[]} all @param {string} tensor */
const knownAt = (all, tensor) => all.find(({ name }) => name === tensor)?.known_at ?? 0;
