/**
 * What is told of a trap: its wrong lines beside the right ones, and texts under headings.
 *
 * @import { Trap, TrapPlace } from "../../types/wire"
 */

import { element } from "../../lib/dom.js";

/** @param {TrapPlace} place */
export const placeRow = ({ name, layer, right, wrong }) => element("dl", { class: "trap-place", "data-place": name },
  element("dt", {}, "where"), element("dd", {}, name, ...(layer === null ? [] : [`, layer ${layer}`])),
  element("dt", { class: "good" }, "right"), element("dd", {}, element("code", {}, right)),
  element("dt", { class: "bad" }, "wrong"), element("dd", {}, element("code", {}, wrong)));

/** @param {string} heading @param {string} text */
const said = (heading, text) => [element("h4", {}, heading), element("p", {}, text)];

/** Why it is wrong, how one sees it, what to do, and where that is written. @param {Trap} trap */
export const commentary = ({ why, symptom, hidden_while, fix, sources }) => [
  ...said("Why", why),
  ...said("How to see it", symptom + (hidden_while ? ` Hidden while ${hidden_while}.` : "")),
  ...said("What to do", fix),
  element("p", { class: "trap-sources" }, ...sources.flatMap(({ title, authors, year, url, place }, i) => [
    i ? "; " : "Source: ", element("a", { href: url, rel: "noreferrer" }, `${authors} ${year}: ${title}`),
    place ? `, ${place}` : ""])),
];
