import { fixed, number } from "../format.js";

/**
 * How large the pending update of a parameter is beside the parameter itself.
 * @param {string} tensor @param {number} rate
 * @param {number | null} data  The parameter's standard deviation, null where there is none.
 * @param {number | null} gradient  That of its gradient.
 * @param {boolean} clipped  Whether gradients are clipped before they are used.
 */
export function updateWords(tensor, rate, data, gradient, clipped) {
  if (data === null || gradient === null) return `How large it is shows once d${tensor} is known.`;
  const update = rate * gradient;
  const before = clipped ? ", before clipping" : "";
  const sizes = `It moves a number of ${tensor} by ${number(update, 3)} (standard deviation${before}); they differ among `
    + `themselves by ${number(data, 3)}.`;
  if (!(update > 0) || !(data > 0)) return sizes;
  return `${sizes} log₁₀(update:data) is ${fixed(Math.log10(update / data), 2)}; about −3 is usual.`;
}
