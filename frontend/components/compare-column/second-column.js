/**
 * The panels of the session that is compared with: the same as the first one's, each beside it.
 *
 * @import { PageStore } from "../../compare/compare.js"
 * @import { Panel } from "../panel/panel.js"
 */

import { element } from "../../lib/dom.js";
import { endIds } from "../../lib/own-ids.js";
import { PANELS } from "../../lib/page/panels.js";

/** Which of the two it is, in its title. @param {Element} panel @param {string} side */
export const markSide = (panel, side) => panel.querySelector("h2")?.append(" ", element("span", { class: "side" }, side));

/** @param {PageStore} store */
export const secondColumn = ({ comparison }) => PANELS.filter(({ alone }) => !alone).map(({ element: name }) => {
  const panel = /** @type {Panel} */ (document.createElement(name));
  panel.start(comparison.second);
  panel.classList.add("second");
  markSide(panel, "B");
  endIds(panel, "-b");
  return panel;
});
