/** How figures write: numbers short enough for a tick, and text that Plotly must not read as markup. */

/**
 * A number in a few characters: 0.25, 1500, 5e−4.
 *
 * @param {number} value
 * @param {number} [digits]  significant ones
 */
export function shortNumber(value, digits = 3) {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NaN" : value > 0 ? "∞" : "−∞";
  const rounded = Number(value.toPrecision(digits));
  const magnitude = Math.abs(rounded);
  const plain = magnitude === 0 || (magnitude >= 1e-3 && magnitude < 1e5);
  const text = plain ? String(rounded) : rounded.toExponential().replace("e+", "e");
  return text.replaceAll("-", "−");
}

/**
 * Plotly reads its texts as a little HTML; a label from somebody's data set is only text.
 *
 * @param {string} text
 */
export const plainText = (text) =>
  // Most have no markup, and hundreds are asked for in every frame.
  (MARKUP.test(text) ? text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;") : text);

const MARKUP = /[&<>]/;
