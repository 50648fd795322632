/** Numbers and shapes as a person reads them. */

const grouped = new Intl.NumberFormat("en-US");

/** A whole number: 12,345. @param {number} count */
export const whole = (count) => grouped.format(count);

/**
 * A measured number in four figures, with an exponent where it is very small or large. Zero is exact, and says so.
 * @param {number | null | undefined} value  null: not finite.
 */
export function number(value, figures = 4) {
  if (value === null || value === undefined) return "–";
  if (!Number.isFinite(value)) return String(value);
  if (value === 0) return "0";
  const magnitude = Math.abs(value);
  if (magnitude < 1e-3 || magnitude >= 1e5) return minus(value.toExponential(Math.min(figures, 3) - 1));
  return minus(value.toPrecision(figures));
}

/** With as many places whatever the value, for a slot that must not jump. @param {number} value */
export const fixed = (value, places = 4) => (Math.abs(value) < 1e4 ? minus(value.toFixed(places)) : number(value));

/** Steps per second without the digits that tremble while it is measured: 0.5, 412, 38,000. @param {number} rate */
export function pace(rate) {
  if (rate < 100) return fixed(rate, 1);
  return whole(Number(rate.toPrecision(rate < 1e4 ? 3 : 2)));
}

/** A number that a person has set, in at most four figures. @param {number} value */
export const brief = (value) => String(Number(value.toPrecision(4)));

/** @param {number | null} share  0 … 1, or null where the question makes no sense. */
export const percent = (share) => (share === null ? "–" : `${(100 * share).toFixed(1)} %`);

/** @param {number[]} shape */
export const shape = (shape) => (shape.length ? shape.join(" × ") : "scalar");

/** @param {string} text */
const minus = (text) => text.replaceAll("-", "−");

const dated = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" });

/** A moment as a person reads it here: 3 Jun, 14:05. @param {string} iso */
export const moment = (iso) => dated.format(new Date(iso));
