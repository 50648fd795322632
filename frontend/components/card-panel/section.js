/**
 * The parts that all sections of a card are made of.
 *
 * @import { Source } from "../../types/wire"
 */

import { element, formula } from "../../lib/dom.js";

/**
 * A section that can be folded; which ones are is a choice of the page, kept by the card.
 * @param {string} name  One of SECTIONS. @param {Node | string} heading @param {...Node} children
 */
export const section = (name, heading, ...children) => element("details", { "data-section": name, open: true },
  element("summary", {}, element("h4", {}, heading)),
  element("div", { class: "content" }, ...children));

/** Longer formulas may have to be scrolled, by keyboard too. */
const LONG = 60;

/** @param {{ latex: string, mathml: string }} written */
export const math = ({ latex, mathml }) =>
  element("div", { class: "formula", title: latex, ...(latex.length > LONG && { tabindex: "0" }) }, formula(mathml));

/** @param {string} text */
export const line = (text) => element("code", { class: "line" }, text);

/** @param {string} text @param {Source[]} [sources] */
export const why = (text, sources = []) => element("div", { class: "why" },
  element("p", {}, text),
  ...(sources.length ? [element("p", { class: "sources" }, "See ", ...listed(sources))] : []));

/** @param {Source[]} sources */
const listed = (sources) => sources.flatMap((source, i) => [...(i ? ["; "] : []), reference(source)]);

/** @param {Source} source */
const reference = ({ title, authors, year, url, place }) => element("cite", {},
  element("a", { href: url, target: "_blank", rel: "noopener", title: `${title}, ${url}` },
    title.startsWith("PyTorch") ? title : `${authors} ${year}`),
  ...(place ? [`, ${place}`] : []));

/**
 * @typedef {object} TensorButton
 * @property {string} name
 * @property {string} text
 * @property {(chosen: boolean) => void} choose  Told whether it is chosen already.
 * @property {boolean} [contribution]  Whether it is one, and is marked while it is on show.
 */

/** @param {TensorButton} button */
export const tensorButton = ({ name, text, choose, contribution = false }) => element("button", {
  type: "button", class: "tensor", title: `Show ${name}`,
  onclick: ({ currentTarget }) => choose(currentTarget.getAttribute("aria-pressed") === "true"),
  ...(contribution && { "data-contribution": name, "aria-pressed": "false" }),
}, text);
