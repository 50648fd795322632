/**
 * The minibatch in characters, and the force on each logit.
 */

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

/**
 * How the gradient moves one logit, as a sentence in three lines. The gradient of the mean loss is the probability,
 * less 1 at the target, over B: times B it is the force of this example alone.
 * @param {object} cell
 * @param {string} cell.example
 * @param {string} cell.character
 * @param {number} cell.gradient  dlogits
 * @param {number} cell.batch  B
 * @param {boolean} cell.isTarget
 * @param {number | null} cell.probability  null where the network keeps no `probs`: then it follows from the gradient
 */
export function describeForce({ example, character, gradient, batch, isTarget, probability }) {
  const force = batch * gradient;
  const chance = probability ?? force + Number(isTarget);
  const direction = force > 0 ? "should fall" : force < 0 ? "should rise" : "stays";
  return [
    `${example}, logit of ${character}${isTarget ? ", the target" : ""}: it ${direction}`,
    `probability ${places(chance)} − ${Number(isTarget)} = force ${places(force)} = ${batch} · dlogits`,
    `dlogits = ${places(gradient, 6)}`,
  ].join("<br>");
}

/** @param {number} value */
const places = (value, count = 4) => value.toFixed(count).replace("-", "−");
