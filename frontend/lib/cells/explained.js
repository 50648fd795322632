/**
 * An explanation in text.
 *
 * @import { ExplanationLine } from "../../types/wire"
 */

import { number } from "../format.js";

const EQUALS = " = ";

/** The equation with its numbers, without what would be said twice. @param {ExplanationLine} line */
export function written({ formula, numbers, total }) {
  const begin = formula.indexOf(EQUALS);
  const [left, right] = [formula.slice(0, begin), formula.slice(begin + EQUALS.length)];
  const steps = [right, ...(Number(numbers.replace("−", "-")) === Number(number(total).replace("−", "-")) ? [] : [numbers]), number(total)];
  return [left, ...steps.filter((step, i) => step && step !== steps[i - 1])].join(EQUALS);
}

/**
 * The line that says most with least: the cell's own, or the same multiplied out on paper where that is the shorter one.
 * @param {ExplanationLine[]} lines
 */
export function simplest(lines) {
  const main = lines.find(({ kind }) => kind === "value") ?? lines[0] ?? null;
  const closed = lines.find(({ kind }) => kind === "closed form");
  return closed && main && closed.formula.length < main.formula.length ? closed : main;
}

/** So exactly that one sees whether addends and value agree, in seven figures however small. @param {number | null} value */
export function precise(value) {
  if (value === null || !Number.isFinite(value) || value === 0) return number(value);
  if (Number.isInteger(value) && Math.abs(value) < 1e5) return String(value).replace("-", "−");
  const isPlain = Math.abs(value) >= 1e-3 && Math.abs(value) < 1e5;
  return (isPlain ? value.toPrecision(7) : value.toExponential(6)).replaceAll("-", "−");
}

/** How well the addends come to the value. @param {number | null} total @param {number | null} value */
export function agreement(total, value) {
  if (total === null || value === null) return "Not a finite number.";
  if (total === value) return "Exactly the cell's value.";
  return `The cell's value but for rounding: they differ by ${number(Math.abs(total - value), 2)}.`;
}

/** What there is beside the first of a line's addends. @param {ExplanationLine} line @param {number} seen */
export function restBeyond({ terms, rest }, seen) {
  const hidden = terms.slice(seen);
  return {
    count: hidden.length + rest.count,
    value: hidden.reduce((sum, term) => sum + (term.value ?? NaN), rest.value ?? NaN),
  };
}
