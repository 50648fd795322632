/**
 * The units of a hidden layer: for how many examples of the minibatch each is saturated, and which are dead.
 *
 * @typedef {object} Units
 * @property {number} examples
 * @property {Uint32Array} saturated  For how many examples each unit is.
 * @property {number[]} dead  Saturated for all of them.
 * @property {number[]} never  For none of them.
 * @property {number} notFinite  How many numbers are NaN or infinite.
 */

import { SATURATED } from "./saturation.js";

/** @param {Float32Array} h  Example by example. @param {number} count  of units @returns {Units} */
export function unitsOf(h, count) {
  const examples = h.length / count;
  const saturated = new Uint32Array(count);
  let notFinite = 0;
  for (let i = 0, unit = 0; i < h.length; i++, unit = unit + 1 === count ? 0 : unit + 1) {
    const magnitude = Math.abs(h[i]);
    if (magnitude > SATURATED) saturated[unit]++;
    if (!(magnitude < Infinity)) notFinite++;
  }
  const those = (/** @type {number} */ share) => Array.from(saturated.keys()).filter((unit) => saturated[unit] === share);
  return { examples, saturated, dead: those(examples), never: those(0), notFinite };
}

/** The units' numbers, in the order in which they are shown. @param {Units} units @param {string} by */
export function orderOf({ saturated }, by) {
  const units = Array.from(saturated.keys());
  return by === "share" ? units.sort((a, b) => saturated[b] - saturated[a] || a - b) : units;
}

/** So many are named one by one; more would not be read. */
const MOST_NAMED = 24;

/** `3, 17 and 40`, `3, 17, … (120 in all)`. @param {number[]} units */
export function listed(units) {
  if (units.length > MOST_NAMED) return `${units.slice(0, MOST_NAMED).join(", ")}, … (${units.length} in all)`;
  return units.length < 2 ? units.join() : `${units.slice(0, -1).join(", ")} and ${units[units.length - 1]}`;
}

/** What there is to say of dead units, in a sentence. @param {Units} units */
export function deadText({ dead, examples, notFinite }) {
  if (notFinite) return `${notFinite} of the outputs are not finite: training has diverged.`;
  if (!dead.length) return `No unit is dead: each lets gradient through for at least one of the ${examples} examples.`;
  return `Dead for all ${examples} examples: ${dead.length === 1 ? "unit" : "units"} ${listed(dead)}.`;
}

/** So many of the most saturated are told. */
const MOST_TOLD = 5;

/** Which units come closest to it. @param {Units} units */
export function mostText({ saturated, examples, dead, never }) {
  const living = orderOf(/** @type {Units} */ ({ saturated }), "share").filter((unit) => saturated[unit] && !dead.includes(unit));
  const most = living.slice(0, MOST_TOLD).map((unit) => `${unit} (${saturated[unit]} of ${examples})`);
  const rest = `${never.length} of ${saturated.length} units are never saturated.`;
  return most.length ? `Most saturated: ${most.length === 1 ? "unit" : "units"} ${most.join(", ")}. ${rest}` : rest;
}
