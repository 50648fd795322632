/**
 * What a verification says, in words.
 *
 * @import { EngineName, Position, Verification, VerificationRow } from "../types/wire"
 *
 * @typedef {{ last_change: number, loss: number | null }} Seen
 *   What the page had of the checked position. `loss` is null where it was not known, or not finite.
 * @typedef {{ position: Position } & Partial<Seen>} Now  Where the session stands.
 * @typedef {Verification & { seen: Seen | null }} Checked
 *   `seen` is null where the page had not yet come to where it was checked.
 * @typedef {"same" | "close" | "unknown" | "wrong"} Agreement
 */

import { number, whole } from "./format.js";

/** The worst first. @type {Agreement[]} */
const WORST_FIRST = ["wrong", "unknown", "close", "same"];

/** @param {VerificationRow} row @returns {Agreement} */
export function agreement({ exact, approximate, maxdiff }) {
  if (exact) return "same";
  if (approximate) return "close";
  return maxdiff === null ? "unknown" : "wrong";
}

/** The worst first, otherwise in order. @param {VerificationRow[]} rows */
export function worstFirst(rows) {
  return rows.toSorted((a, b) => WORST_FIRST.indexOf(agreement(a)) - WORST_FIRST.indexOf(agreement(b)));
}

/** All rows in one sentence, and how it is meant. @param {VerificationRow[]} rows */
export function verdict(rows) {
  const count = (/** @type {Agreement} */ kind) => rows.filter((row) => agreement(row) === kind).length;
  const [same, close, unknown] = [count("same"), count("close"), count("unknown")];
  const all = rows.length;
  const tone = count("wrong") ? "bad" : unknown ? "" : "good";
  if (same === all) return { text: `${all} of ${all} bit-exact`, tone };
  if (!unknown) return { text: `${same + close} of ${all} agree, ${same} bit-exact`, tone };
  const others = unknown < all ? `; ${same + close} of the other ${all - unknown} agree` : "";
  return { text: `${unknown} of ${all} not finite, cannot be compared${others}`, tone };
}

/**
 * How far the kernel's gradients are from the tape's, in one sentence: of the parameter where they differ most.
 * @param {Pick<VerificationRow, "maxdiff" | "kernel_maxdiff">[]} rows @param {EngineName | undefined} trains
 */
export function kernelVerdict(rows, trains) {
  const differences = rows.map(({ kernel_maxdiff }) => kernel_maxdiff).filter((difference) => difference !== null);
  if (!differences.length) {
    const finite = rows.every(({ maxdiff }) => maxdiff !== null);
    return finite ? "" : "Kernel and tape cannot be compared where gradients are not finite.";
  }
  const worst = Math.max(...differences);
  const close = worst === 0 ? "bit for bit" : `within ${number(worst, 2)}`;
  return trains === "tape"
    ? `The kernel agrees with the tape, which trains here, ${close}.`
    : `The kernel, which trains, agrees with the tape ${close}.`;
}

/**
 * Where it was checked, as seen from where the session stands now.
 * @param {Pick<Checked, "position" | "seen">} checked
 * @param {Now} now
 */
export function age(checked, now) {
  const { position: then, seen } = checked;
  const { position, loss } = now;
  const where = `checked at step ${whole(then.step)} op ${then.op}`;
  const steps = position.step - then.step;
  if (steps !== 0) {
    const distance = `${whole(Math.abs(steps))} ${Math.abs(steps) === 1 ? "step" : "steps"}`;
    return `${where}, ${distance} ${steps > 0 ? "ago" : "ahead"}`;
  }
  const losses = [seen?.loss ?? null, loss ?? null];
  // A change may be one of the learning rate; another loss of the same step is one of its parameters.
  if (!losses.includes(null) && losses[0] !== losses[1]) return `${where}, before the parameters were changed`;
  return isHere(checked, now) ? `${where}, that is here` : `${where}, in this step`;
}

/**
 * Whether what was checked is what is there now.
 * @param {Pick<Checked, "position" | "seen">} checked @param {Now} now
 */
export const isHere = ({ position: then, seen }, { position, last_change }) =>
  seen !== null && seen.last_change === last_change && then.step === position.step && then.op === position.op;
