/**
 * Find the bug: the names of hidden traps, and what came of an answer in words.
 *
 * @import { HuntResult, Score } from "../../types/wire"
 */

/** Each difficulty in words. */
export const DIFFICULTIES = { 1: "easy: much goes wrong", 2: "harder: one path or factor", 3: "hard: it may not even show" };
/** Seeds of so many digits at most. */
export const LARGEST_SEED = 999_999_999;

/** @param {string} name */
export const isHidden = (name) => name.startsWith("hidden-");

/** @param {number} difficulty @param {number} seed */
export const hiddenName = (difficulty, seed) => `hidden-${difficulty}-${seed}`;

/** The seed that somebody has filled in, or where the field is empty one at random; null: it is none. @param {string} text */
export function seedOf(text, random = Math.random) {
  if (text.trim() === "") return Math.floor(random() * (LARGEST_SEED + 1));
  const seed = Number(text);
  return Number.isInteger(seed) && seed >= 0 && seed <= LARGEST_SEED ? seed : null;
}

/** @param {HuntResult} result */
export function verdict({ op_is_right: op, mistake_is_right: mistake, points }) {
  const what = op && mistake ? "Found: the op and the mistake are right."
    : op ? "Half found: the op is right, the mistake is another."
      : mistake ? "Half found: the mistake is right, the op is another."
        : "Not found: it is another op, and another mistake.";
  return `${what} ${points} ${points === 1 ? "point" : "points"} of 4.`;
}

/** @param {Score} score */
export function scoreText({ points, most, found, answered }) {
  if (answered === 0) return "No bug was answered yet in this session.";
  return `Score of this session: ${points} of ${most} points, ${found} of ${answered} ${answered === 1 ? "bug" : "bugs"} found.`;
}
