/**
 * What can be taken out of a panel: its plots as pictures and tables, and the tensors that it shows, as files or as the
 * code that reads them.
 *
 * @import { Store } from "../../store/store.js"
 * @import { View as Wish } from "../../types/wire"
 * @import { LivePlot } from "../live-plot/live-plot.js"
 */

import { element } from "../../lib/dom.js";
import { copyText } from "../../lib/page/clipboard.js";
import { toCurl, toPython } from "../../lib/page/code.js";
import { menu } from "../../lib/page/menu.js";
import { tensorRequest } from "../../lib/page/requests.js";

/**
 * @param {string} heading  The panel's.
 * @param {{ panel: HTMLElement, store: Store, wishes: () => Wish[] }} of
 */
export function panelMenu(heading, { panel, store, wishes }) {
  const says = `Export “${heading}”: pictures, data, code`;
  const list = element("div", { class: "exports" });
  const made = menu({ title: says, "aria-label": says }, "⋯", list);
  made.classList.add("panel-menu");
  made.addEventListener("toggle", () => {
    if (!made.open) return;
    const plots = [...panel.querySelectorAll("live-plot")].map((plot) => /** @type {LivePlot} */ (plot)).filter(isExported);
    const tensors = [...new Set(wishes().flatMap((wish) => (wish.as === "values" ? [wish.tensor] : [])))];
    const rows = [...plots.map(plotRow), ...tensors.map((name) => tensorRow(name, store))];
    list.replaceChildren(...(rows.length ? rows : [element("p", {}, "There is nothing to export yet.")]));
  });
  return made;
}

/** @param {LivePlot} plot */
const isExported = (plot) => !plot.closest("[hidden]") && (plot.figure?.data.length ?? 0) > 0;

/** @param {LivePlot} plot */
function plotRow(plot) {
  const title = plot.figure?.layout.uirevision ?? "";
  return element("div", { role: "group", "aria-label": title }, element("span", {}, title),
    button("PNG", "As a picture", () => plot.download("png")),
    button("SVG", "As a drawing", () => plot.download("svg")),
    button("CSV", "The plot's data", () => plot.downloadTable()));
}

/** @param {string} name @param {Store} store */
function tensorRow(name, { session, actions }) {
  const id = session.peek()?.id ?? "";
  /** @param {"csv" | "npy"} format */
  const file = (format) => element("a",
    { href: tensorRequest(id, name, format).path, download: `${name}.${format}`, title: `All of ${name}` }, format);
  /** @param {typeof toCurl} write @param {string} language */
  const copy = async (write, language) => {
    const code = write(tensorRequest(id, name, "npy"), location.origin);
    if (await copyText(code)) actions.said(`Copied: how to read ${name} ${language}.`);
    else actions.notice(`The browser does not let the page copy; this reads ${name}:\n${code}`);
  };
  return element("div", { role: "group", "aria-label": name }, element("code", {}, name), file("csv"), file("npy"),
    button("Python", `Copy the code that reads ${name}`, () => copy(toPython, "in Python")),
    button("curl", `Copy the command that reads ${name}`, () => copy(toCurl, "with curl")));
}

/** @param {string} text @param {string} title @param {() => unknown} act */
const button = (text, title, act) => element("button", { type: "button", title, onclick: act }, text);
