/**
 * What a panel asks the stream for. Equal wishes have equal ids, so panels that show the same tensor share one view.
 *
 * @import { NormsView, TensorView, View, ViewInfo } from "../types/wire"
 * @import { Frame } from "../frames.js"
 */

/** The values themselves, as at most `max_cells` cells. @param {string} tensor @returns {TensorView} */
export function values(tensor, max_cells = 65536) {
  return { id: `values:${tensor}:${max_cells}`, tensor, as: "values", max_cells };
}

/** Counts over all values. @param {string} tensor @returns {TensorView} */
export function histogram(tensor, bins = 80) {
  return { id: `histogram:${tensor}:${bins}`, tensor, as: "histogram", bins };
}

/** Mean, spread, norm and the share of special values. @param {string} tensor @returns {TensorView} */
export function summary(tensor) {
  return { id: `summary:${tensor}`, tensor, as: "summary" };
}

/**
 * How large each tensor is: its root mean square.
 * @param {string[]} tensors @returns {NormsView}
 */
export function norms(tensors) {
  let hash = 0;
  for (const letter of tensors.join()) hash = (31 * hash + letter.charCodeAt(0)) % 2 ** 40;
  return { id: `norms:${tensors.length}:${hash}`, tensors, as: "norms" };
}

/** What to say of values that came as blocks, beside their tensor's name. @param {Pick<ViewInfo, "block">} info */
export const reduction = ({ block }) => (block ? ` (largest magnitude of each ${block.join(" × ")} block)` : "");

/** Each view once, in order of id. @param {Iterable<View[]>} wishes @returns {View[]} */
export function union(wishes) {
  const byId = new Map([...wishes].flat().map((view) => [view.id, view]));
  return [...byId.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * What a frame holds of a view, as rows × columns; null where the frame is older than the wish. `data` is null while
 * the tensor is not known at the frame's position.
 * @param {Frame | null} frame @param {TensorView} view
 */
export function read(frame, view) {
  const info = /** @type {ViewInfo | undefined} */ (frame?.info.views[view.id]);
  if (!frame || !info) return null;
  const array = info.known ? frame.arrays.get(view.id) : undefined;
  const columns = array?.shape.at(-1) ?? 1;
  return { info, data: array?.data ?? null, rows: (array?.data.length ?? 0) / columns, columns };
}

/**
 * The root mean squares that a frame brings, by tensor: NaN or infinity where a value is not finite. What is not known
 * at its position is left out; null where the frame is older than the wish.
 * @param {Frame | null} frame @param {NormsView} view @returns {Map<string, number> | null}
 */
export function readNorms(frame, view) {
  const array = frame?.arrays.get(view.id);
  if (!array) return null;
  const entries = view.tensors.map((tensor, i) => /** @type {const} */ ([tensor, array.data[i]]));
  return new Map(entries.filter(([, norm]) => !(norm < 0)));
}
