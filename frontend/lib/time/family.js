/**
 * Sessions as a family: each branch below the session it came from.
 *
 * @import { Session } from "../../types/wire"
 *
 * @typedef {object} Member
 * @property {Session} session
 * @property {number} depth  0 at the root.
 * @property {boolean} orphan  What it branched from is not there any more: it stands at the root.
 */

/**
 * In the order in which a tree is read: roots by when they were made, branches by where they branched off.
 * @param {Session[]} sessions @returns {Member[]}
 */
export function familyOf(sessions) {
  const there = new Set(sessions.map(({ id }) => id));
  /** @param {Session} session */
  const above = ({ parent }) => (parent && there.has(parent.id) ? parent.id : null);
  const children = Map.groupBy(sessions, above);
  for (const [parent, branches] of children) branches.sort(parent === null ? byAge : byPlace);

  /** @param {string | null} id @param {number} depth @returns {Member[]} */
  const below = (id, depth) => (children.get(id) ?? []).flatMap((session) => [
    { session, depth, orphan: session.parent !== null && above(session) === null },
    ...below(session.id, depth + 1),
  ]);
  return below(null, 0);
}

/** @param {Session} a @param {Session} b */
const byAge = (a, b) => Date.parse(a.created_at) - Date.parse(b.created_at);

/** @param {Session} a @param {Session} b */
const byPlace = (a, b) => (a.parent?.step ?? 0) - (b.parent?.step ?? 0) || byAge(a, b);
