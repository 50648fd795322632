/**
 * Which sessions share a past, and up to which step.
 *
 * @import { Session } from "../../types/wire"
 *
 * @typedef {Pick<Session, "id" | "parent">} Relative
 */

/**
 * Every session that one comes from, itself first, each with the last step that it shares with it.
 * @param {Relative} session @param {Relative[]} all @returns {Map<string, number>}
 */
function lineage(session, all) {
  const shared = new Map([[session.id, Infinity]]);
  let step = Infinity;
  let { parent } = session;
  while (parent && !shared.has(parent.id)) {
    const { id } = parent;
    step = Math.min(step, parent.step);
    shared.set(id, step);
    // A session that has been deleted still is what others came from.
    parent = all.find((each) => each.id === id)?.parent ?? null;
  }
  return shared;
}

/**
 * The last step that two sessions share, at which they part; null where neither comes from the other, and both not from
 * the same.
 * @param {Relative} a @param {Relative} b @param {Relative[]} all
 */
export function partingStep(a, b, all) {
  const [ours, theirs] = [lineage(a, all), lineage(b, all)];
  const shared = [...ours].flatMap(([id, step]) => (theirs.has(id) ? Math.min(step, theirs.get(id) ?? 0) : []));
  return shared.length ? Math.max(...shared) : null;
}

/**
 * All sessions but one, those it shares a past with apart.
 * @template {Relative} T
 * @param {Relative} session @param {T[]} all
 */
export function kinOf(session, all) {
  const rest = all.filter(({ id }) => id !== session.id);
  const isKin = (/** @type {T} */ each) => partingStep(session, each, all) !== null;
  return { family: rest.filter(isKin), others: rest.filter((each) => !isKin(each)) };
}
