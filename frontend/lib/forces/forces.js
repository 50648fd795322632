/**
 * One example as forces on its logits. The force is the gradient of this example's own loss, B · dlogits: its
 * probability for every character, less 1 for the target. A positive one pushes the logit down, the negative one pulls
 * it up.
 *
 * @typedef {object} Forces
 * @property {Float64Array} all  By character.
 * @property {number} pull  On the target, as a positive number.
 * @property {number} pushes  The sum of all others.
 * @property {number} total  Of all: zero, but for rounding.
 * @property {number} hardest  The character that is pushed hardest; -1: none is.
 */

/** @param {ArrayLike<number>} gradients  A row of dlogits. @param {number} batch  B @param {number} target @returns {Forces} */
export function forcesOf(gradients, batch, target) {
  const all = Float64Array.from(gradients, (gradient) => batch * gradient);
  let pushes = 0;
  let hardest = -1;
  for (let i = 0; i < all.length; i++) {
    if (i === target) continue;
    pushes += all[i];
    if (hardest < 0 ? all[i] > 0 : all[i] > all[hardest]) hardest = i;
  }
  return { all, pull: -all[target], pushes, total: all[target] + pushes, hardest };
}

/** Whether they can be shown: a network that has diverged pushes nowhere. @param {Forces} forces */
export const areFinite = ({ all }) => all.every(Number.isFinite);

/**
 * The characters in the order in which their bars stand.
 * @param {Float64Array} forces @param {boolean} byForce  The strongest first, which is the target; else as they come.
 */
export function barOrder(forces, byForce) {
  const order = Int32Array.from(forces, (_, i) => i);
  if (!byForce || !forces.every(Number.isFinite)) return order;
  return order.sort((a, b) => Math.abs(forces[b]) - Math.abs(forces[a]) || a - b);
}

/**
 * The pushes as parts of their sum, the hardest first; those that are too small to be told apart are one.
 * @param {Forces} forces @param {number} target @param {number} [smallest]  Share of the sum.
 * @returns {{ parts: { character: number, force: number }[], rest: number, others: number }}  How many make up the rest.
 */
export function partsOf({ all, pushes }, target, smallest = 0.025) {
  const pushing = [...all.keys()].filter((i) => i !== target && all[i] > 0).sort((a, b) => all[b] - all[a] || a - b);
  const parts = pushing.filter((i) => all[i] >= smallest * pushes).map((character) => ({ character, force: all[character] }));
  const rest = pushing.slice(parts.length).reduce((sum, i) => sum + all[i], 0);
  return { parts, rest, others: pushing.length - parts.length };
}
