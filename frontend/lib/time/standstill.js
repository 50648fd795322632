/**
 * Why a session stands still that was told to move, or that it does not stand where it once stood, in a sentence.
 *
 * @import { Divergence } from "../../types/wire"
 *
 * @typedef {object} Standstill
 * @property {string} text  Empty: there is nothing to say.
 * @property {"" | "waiting" | "differs" | "stopped" | "diverged"} kind
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
 * @param {Divergence | null} session.divergence  A replay came out different.
 * @param {object} dismissed  What somebody has read and put away.
 * @param {string | null} dismissed.stopped
 * @param {string | null} dismissed.divergence
 * @returns {Standstill}
 */
export function standstill({ waiting, stopped, diverged, divergence }, dismissed) {
  if (waiting) return WAITING;
  if (divergence && divergence.text !== dismissed.divergence) return { text: divergence.text, kind: "differs" };
  if (stopped === null || stopped === dismissed.stopped) return NOTHING;
  return { text: stopped, kind: diverged ? "diverged" : "stopped" };
}
