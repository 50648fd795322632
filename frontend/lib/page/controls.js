/**
 * A page that is only to be looked at: by its address, the session can be neither moved nor changed from it.
 *
 * @import { Comparison } from "../../compare/compare.js"
 * @import { Store } from "../../store/store.js"
 */

export const LOCKED = "Locked by this page's link: the session can be looked at, and not moved or changed.";

/** Why nothing can be moved from this page, or null. Reads signals. @param {Pick<Store, "choices">} store */
export const locked = ({ choices }) => (choices.value.controls === "all" ? null : LOCKED);

/** All actions that move, change, make or delete a session. */
export const MOVES = /** @type {const} */ ([
  "advance", "goTo", "seek", "scrub", "visit", "run", "runTo", "pause", "setLearningRate", "setTraps", "setOutliers", "prepareOutliers", "takeHint", "answerHunt", "setSpeed", "setBreakpoint", "branch",
  "createSession", "importSession", "addDataset", "renameSession", "removeSession",
]);

/** And what of a comparison does. */
export const COMPARED_MOVES = /** @type {const} */ (["align", "tryWith", "openTwins"]);

/**
 * The store, whose moves say why they do nothing where the controls are locked.
 * @template {Pick<Store, "actions" | "choices"> & { comparison: Comparison }} S @param {S} store @returns {S}
 */
export function guarded(store) {
  const { actions, choices, comparison } = store;
  const guard = (/** @type {Function} */ move) => (/** @type {any[]} */ ...args) => {
    if (choices.peek().controls === "all") return move(...args);
    actions.notice(LOCKED);
  };
  const moves = Object.fromEntries(MOVES.map((name) => [name, guard(actions[name])]));
  const compared = Object.fromEntries(COMPARED_MOVES.map((name) => [name, guard(comparison[name])]));
  const { second } = comparison;
  return {
    ...store,
    actions: { ...actions, ...moves },
    comparison: { ...comparison, ...compared, second: { ...second, actions: { ...second.actions, ...moves } } },
  };
}
