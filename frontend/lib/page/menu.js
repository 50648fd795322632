/** Menus that open under their name, and close as soon as something else is done. */

import { element } from "../dom.js";

/**
 * @param {Record<string, string>} attributes  Of the name that is pressed.
 * @param {string | Node} name
 * @param {...Node} content
 */
export function menu(attributes, name, ...content) {
  const summary = element("summary", attributes, name);
  const made = element("details", { class: "menu" }, summary, ...content);
  const outside = (/** @type {Event} */ event) => {
    if (!event.composedPath().includes(made)) made.open = false;
  };
  made.addEventListener("toggle", () => {
    if (made.open) document.addEventListener("pointerdown", outside, true);
    else document.removeEventListener("pointerdown", outside, true);
  });
  made.addEventListener("focusout", ({ relatedTarget }) => {
    // Without a target the focus is nowhere, as after a press on a label in the menu.
    if (relatedTarget instanceof Node && !made.contains(relatedTarget)) made.open = false;
  });
  made.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !made.open) return;
    event.stopPropagation();
    made.open = false;
    summary.focus();
  });
  return made;
}
