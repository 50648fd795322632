/**
 * Verification as a map: which gradients are wrong and by how much, and where the error enters.
 *
 * @import { Network, VerificationRow } from "../../types/wire"
 *
 * @typedef {object} Mapped
 * @property {boolean} wrong
 * @property {number} error  The largest difference of a cell, of autograd's largest cell; infinite where that is zero.
 * @property {string[]} entries  Where all that it is computed from is right, the contributions of which one is wrong.
 */

/**
 * Each gradient by name.
 * @param {Pick<Network, "gradients">} network @param {VerificationRow[]} rows
 * @param {boolean} [outlines]  Whether it is told where the error enters: not while somebody is to find that.
 */
export function errorMap(network, rows, outlines = true) {
  const wrong = new Set(rows.filter(({ approximate }) => !approximate).map(({ name }) => name));
  /** @type {Map<string, Mapped>} */
  const map = new Map();
  for (const { name, maxdiff, largest } of rows) {
    const parts = network.gradients.find((gradient) => gradient.name === name)?.contributions ?? [];
    // What comes from a wrong gradient explains the error. The loss's own gradient is 1, and always right.
    const enters = outlines && wrong.has(name) && !parts.some(({ via }) => wrong.has(`d${via}`));
    const entries = enters ? parts.map((part) => part.name) : [];
    const error = maxdiff === null || largest === null ? Infinity : maxdiff === 0 ? 0 : maxdiff / largest;
    map.set(name, { wrong: wrong.has(name), error, entries });
  }
  return map;
}

/**
 * Of several gradients together, as a closed group stands for them: as wrong as the worst.
 * @param {ReadonlyMap<string, Mapped>} map @param {string[]} tensors @returns {Mapped | undefined}
 */
export function worstOf(map, tensors) {
  const all = tensors.flatMap((tensor) => map.get(`d${tensor}`) ?? []);
  if (!all.length) return undefined;
  const wrong = all.filter((each) => each.wrong);
  return {
    wrong: wrong.length > 0,
    error: Math.max(0, ...wrong.map(({ error }) => error)),
    entries: wrong.flatMap(({ entries }) => entries),
  };
}

/** Where the error enters: gradients with an entry, in the order of the backward pass. @param {ReadonlyMap<string, Mapped>} map */
export const entriesOf = (map) => [...map].filter(([, { entries }]) => entries.length).map(([name]) => name);

/** All of it in one sentence. @param {ReadonlyMap<string, Mapped>} map */
export function told(map) {
  const wrong = [...map.values()].filter((each) => each.wrong).length;
  if (wrong === 0) return `All ${map.size} gradients are right.`;
  const places = entriesOf(map);
  return `${wrong} of ${map.size} gradients ${wrong === 1 ? "is" : "are"} wrong.`
    + (places.length ? ` The error enters at ${places.join(", ")}.` : "");
}

/** How wrong, as it is written at a node. @param {number} error */
export function percent(error) {
  if (!Number.isFinite(error)) return "∞";
  if (error > 999) return "> ×999";
  if (error >= 10) return `×${Math.round(error)}`;
  return error >= 0.01 ? `${Math.round(100 * error)} %` : "< 1 %";
}
