/**
 * What the thresholds make of it all, in words: the worst first, each with its why and what to try.
 *
 * @import { Cell, Reading } from "../../lib/health/health-rows.js"
 */

import { element, setText } from "../../lib/dom.js";
import { number } from "../../lib/format.js";
import { LEVELS } from "../../lib/health/health.js";
import { written } from "./reading-cell.js";

/** More than so many would not be read. */
const MOST = 6;

/**
 * @typedef {{ level: "bad" | "watch", what: string, cells: Cell[], value: string, why: string, tip: string }} Finding
 */

/**
 * Equal verdicts of one measure are one finding.
 * @param {Cell[]} cells @param {ReadonlyMap<string, Reading>} readings @returns {Finding[]}
 */
export function findingsOf(cells, readings) {
  /** @type {Map<string, Finding>} */
  const found = new Map();
  for (const cell of cells) {
    const { value = null, verdict = null } = readings.get(cell.key) ?? {};
    if (!verdict || verdict.level === "fine") continue;
    const { level, why, tip = "" } = verdict;
    // Where training has diverged nearly all is not finite: that is one finding.
    const isNumber = !Number.isNaN(value);
    const key = isNumber ? `${cell.measure.of} ${cell.measure.name} ${level} ${why}` : "not finite";
    const known = found.get(key);
    if (known) known.cells.push(cell);
    else found.set(key, { level, what: isNumber ? cell.measure.title : "numbers", cells: [cell], value: written(cell, value), why, tip });
  }
  return [...found.values()].sort((a, b) => Number(a.level === "watch") - Number(b.level === "watch"));
}

/** `h_1, h_2 and 3 more`. @param {string[]} names */
function named(names) {
  if (names.length <= 3) return names.join(", ");
  return `${names.slice(0, 2).join(", ")} and ${names.length - 2} more`;
}

/** How many of each there are. @param {ReadonlyMap<string, Reading>} readings */
export function countsText(readings) {
  const verdicts = [...readings.values()].flatMap(({ verdict }) => verdict ?? []);
  if (!verdicts.length) return "Nothing can be judged at this op yet.";
  const count = (/** @type {string} */ level) => verdicts.filter((verdict) => verdict.level === level).length;
  return `${count("bad")} bad, ${count("watch")} to watch, ${count("fine")} fine.`;
}

/**
 * Where the gradient goes on its way back through the layers, in a sentence; empty where there is but one.
 * @param {Cell[]} cells @param {ReadonlyMap<string, Reading>} readings
 */
export function waysBackText(cells, readings) {
  const layers = cells.filter(({ row, measure }) => row.of === "layer" && measure.name === "gradient_std");
  if (layers.length < 2) return "";
  const [first, last] = [layers[0], layers[layers.length - 1]].map(({ key }) => readings.get(key)?.value ?? null);
  const [a, b] = [layers[0].row.gradient, layers[layers.length - 1].row.gradient];
  if (first === null || last === null) return `${a} beside ${b}: not known yet.`;
  return `On its way back from ${b} to ${a}, the gradient's std becomes ${number(first / last, 3)} times as large.`;
}

export class Findings {
  #counts = element("p", { class: "counts" });
  #way = element("p", { class: "way" });
  #list = element("ul");
  root = element("div", { class: "findings", role: "group", "aria-label": "Verdicts", tabindex: "0" }, this.#counts, this.#way, this.#list);
  #shown = "";

  /** @param {Cell[]} cells @param {ReadonlyMap<string, Reading>} readings */
  show(cells, readings) {
    setText(this.#counts, countsText(readings));
    setText(this.#way, waysBackText(cells, readings));
    const findings = findingsOf(cells, readings);
    const lines = findings.slice(0, MOST).map(({ level, what, cells: of, value, why, tip }) => ({
      level, head: `${LEVELS[level].icon} ${LEVELS[level].text}`,
      text: ` ${what} of ${named([...new Set(of.map(({ row }) => row.tensor))])}${of.length === 1 ? ` (${value})` : ""}: ${why}${tip && ` Try: ${tip}.`}`,
    }));
    const shown = JSON.stringify(lines);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#list.replaceChildren(...lines.map(({ level, head, text }) =>
      element("li", { "data-level": level }, element("strong", {}, head), text)));
  }
}
