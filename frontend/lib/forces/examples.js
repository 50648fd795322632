/**
 * The minibatch in characters, and the force on each logit.
 */

import { fixed, number } from "../format.js";

/**
 * Each example as context → target: `..e → m`.
 * @param {ArrayLike<number>} contexts  Xb, B × T
 * @param {ArrayLike<number>} targets  Yb, B
 * @param {string[]} characters
 */
export function exampleLabels(contexts, targets, characters) {
  const length = contexts.length / targets.length;
  return Array.from(targets, (target, row) => {
    const context = Array.from({ length }, (_, i) => characters[contexts[row * length + i]]).join("");
    return `${context} → ${characters[target]}`;
  });
}

/** A character within a sentence, in which a full stop or a comma would be lost. @param {string} character */
export const quoted = (character) => `‘${character}’`;

/**
 * How the gradient moves one logit, in lines of plain text. The gradient of the mean loss is the probability, less 1 at
 * the target, over B: times B it is the force of this example alone.
 * @param {object} cell
 * @param {string} cell.example
 * @param {string} cell.character
 * @param {number} cell.gradient  dlogits
 * @param {number} cell.batch  B
 * @param {boolean} cell.isTarget
 * @param {number | null} cell.probability  null where the network keeps no `probs`: then it follows from the gradient
 */
export function describeForce({ example, character, gradient, batch, isTarget, probability }) {
  const logit = `${example}, logit of ${character}${isTarget ? ", the target" : ""}`;
  // A network that has diverged pushes nowhere, and no sum of NaN says why.
  if (!Number.isFinite(gradient)) return [`${logit}: the gradient is not finite`, `dlogits = ${number(gradient)}`];
  const force = batch * gradient;
  const chance = probability ?? force + Number(isTarget);
  const direction = force > 0 ? "should fall" : force < 0 ? "should rise" : "stays";
  return [
    `${logit}: it ${direction}`,
    `probability ${fixed(chance)} − ${Number(isTarget)} = force ${fixed(force)} = ${batch} · dlogits`,
    `dlogits = ${fixed(gradient, 6)}`,
  ];
}
