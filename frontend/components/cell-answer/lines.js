/**
 * All lines of an explanation with all their addends, one below the other.
 *
 * @import { ExplanationLine, Term } from "../../types/wire"
 * @import { Go } from "./term-chips.js"
 */

import { agreement, written } from "../../lib/cells/explained.js";
import { element } from "../../lib/dom.js";
import { number, whole } from "../../lib/format.js";

/** @type {Record<ExplanationLine["kind"], string>} */
const KINDS = {
  value: "How it comes about",
  "closed form": "Multiplied out on paper",
  contribution: "One part of it",
  next: "After this step's update",
};

/** @param {ExplanationLine[]} lines @param {number | null} value @param {Go} go @returns {Node[]} */
export const linesOf = (lines, value, go) => lines.map((line) => element("section", {},
  element("h3", {}, KINDS[line.kind]),
  element("p", {}, element("code", {}, written(line))),
  element("p", { class: "remark" }, remark(line, value)),
  ...(line.terms.length > 1 ? [tableOf(line, go)] : [cellsOf(line.terms, go)]),
));

/** @param {ExplanationLine} line @param {number | null} value */
function remark({ kind, total }, value) {
  return kind === "value" || kind === "closed form" ? agreement(total, value) : "";
}

/** @param {ExplanationLine} line @param {Go} go */
function tableOf({ terms, rest }, go) {
  const rows = terms.map((term) => element("tr", {},
    element("th", { scope: "row" }, term.label),
    element("td", {}, ...factorsOf(term, go)),
    element("td", { class: "numbers" }, term.numbers),
    element("td", { class: "number" }, number(term.value))));
  if (rest.count) {
    rows.push(element("tr", {}, element("th", { scope: "row" }, `and ${whole(rest.count)} more`), element("td"), element("td"),
      element("td", { class: "number" }, number(rest.value))));
  }
  return element("table", {}, element("tbody", {}, ...rows));
}

/** @param {Term[]} terms @param {Go} go */
const cellsOf = (terms, go) => element("p", { class: "cells" }, ...terms.flatMap((term) => factorsOf(term, go)));

/** @param {Term} term @param {Go} go */
const factorsOf = ({ factors }, go) => factors.map(({ tensor, cell, text, value }) => element("button", {
  type: "button", title: `${text} = ${number(value)}: why?`, onclick: () => go(tensor, cell),
}, text));
