/**
 * Why a session stands still that was told to move, in a sentence.
 *
 * @typedef {object} Standstill
 * @property {string} text  Empty: there is nothing to say.
 * @property {"" | "waiting" | "stopped" | "diverged"} kind
 */

/** @type {Standstill} */
const NOTHING = { text: "", kind: "" };

/** @type {Standstill} */
const WAITING = {
  text: "Waiting for the compiled kernel to load … The first start on a machine compiles it: some 15 seconds.",
  kind: "waiting",
};

/**
 * @param {object} session
 * @param {boolean} session.waiting  It is to move, but its engine is not there yet.
 * @param {string | null} session.stopped  Why its last run stopped by itself.
 * @param {boolean} session.diverged  Its loss is not finite.
 * @returns {Standstill}
 */
export function standstill({ waiting, stopped, diverged }) {
  if (waiting) return WAITING;
  return stopped === null ? NOTHING : { text: stopped, kind: diverged ? "diverged" : "stopped" };
}
