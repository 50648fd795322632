/**
 * A page that is only to be looked at: by its address, the session can be neither moved nor changed from it.
 *
 * @import { Store } from "../../store/store.js"
 */

export const LOCKED = "Locked by this page's link: the session can be looked at, and not moved or changed.";

/** Why nothing can be moved from this page, or null. Reads signals. @param {Pick<Store, "choices">} store */
export const locked = ({ choices }) => (choices.value.controls === "all" ? null : LOCKED);

/** All actions that move, change, make or delete a session. */
export const MOVES = /** @type {const} */ ([
  "advance", "goTo", "seek", "scrub", "visit", "run", "runTo", "pause", "setLearningRate", "setSpeed", "setBreakpoint", "branch",
  "createSession", "importSession", "addDataset", "renameSession", "removeSession",
]);

/**
 * The store, whose moves say why they do nothing where the controls are locked.
 * @template {Pick<Store, "actions" | "choices">} S @param {S} store @returns {S}
 */
export function guarded(store) {
  const { actions, choices } = store;
  /** @param {keyof Store["actions"]} name */
  const guard = (name) => (/** @type {any[]} */ ...args) => {
    if (choices.peek().controls === "all") return /** @type {any} */ (actions[name])(...args);
    actions.notice(LOCKED);
  };
  const moves = Object.fromEntries(MOVES.map((name) => [name, guard(name)]));
  return { ...store, actions: { ...actions, ...moves } };
}
