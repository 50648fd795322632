/**
 * How well the network does on each example: from the probabilities where it keeps them, else from the logits.
 *
 * @typedef {object} Outputs  Of the whole minibatch, B × V, row by row; one of the two is there.
 * @property {ArrayLike<number> | null} probs
 * @property {ArrayLike<number> | null} logits
 * @property {number} columns  V
 */

/** The probability of each character in one example. @param {Outputs} outputs @param {number} row */
export function probabilitiesOf({ probs, logits, columns }, row) {
  if (probs) return Float64Array.from({ length: columns }, (_, i) => probs[row * columns + i]);
  if (!logits) return new Float64Array(columns).fill(NaN);
  const sum = logSumExp(logits, row * columns, columns);
  return Float64Array.from({ length: columns }, (_, i) => Math.exp(logits[row * columns + i] - sum));
}

/**
 * The loss of each example, −log of its target's probability, in nats. As in the network itself, a probability that is
 * zero in float32 has an infinite loss.
 * @param {Outputs} outputs @param {ArrayLike<number>} targets
 */
export function exampleLosses({ probs, logits, columns }, targets) {
  return Float64Array.from(targets, (target, row) => {
    if (probs) return -Math.log(probs[row * columns + target]);
    return logits ? logSumExp(logits, row * columns, columns) - logits[row * columns + target] : NaN;
  });
}

/** Less the largest, so that none overflows. @param {ArrayLike<number>} logits @param {number} start @param {number} count */
function logSumExp(logits, start, count) {
  let largest = -Infinity;
  for (let i = start; i < start + count; i++) largest = Math.max(largest, logits[i]);
  let sum = 0;
  for (let i = start; i < start + count; i++) sum += Math.exp(logits[i] - largest);
  return largest + Math.log(sum);
}

/**
 * The examples in order of their loss, the hardest first; what is not a number comes before all.
 * @param {ArrayLike<number>} losses
 */
export function hardestFirst(losses) {
  const rank = (/** @type {number} */ row) => (Number.isNaN(losses[row]) ? Infinity : losses[row]);
  return Int32Array.from(losses, (_, row) => row).sort((a, b) => {
    const [first, second] = [rank(a), rank(b)];
    return first === second ? a - b : second - first;
  });
}
