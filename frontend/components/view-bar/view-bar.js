/**
 * What the workspace shows: a tab for each view, and a menu in which every panel can be opened or closed by itself.
 *
 * @import { Store } from "../../store.js"
 */

import { element } from "../../lib/dom.js";
import { PANELS, togglePanel, viewOf, VIEWS } from "../../lib/panels.js";
import { View } from "../../lib/view.js";

export class ViewBar extends View {
  #tabs = new Map(VIEWS.map(({ name, text, says }) =>
    [name, element("button", { type: "button", "data-view": name, title: says }, text)]));
  #boxes = new Map(PANELS.map(({ name }) => [name, element("input", { type: "checkbox", "data-panel": name })]));

  /** @override @param {Store} store */
  build({ actions, choices }) {
    for (const { name, panels } of VIEWS) {
      this.#tabs.get(name)?.addEventListener("click", () => actions.choose("panels", panels.join()));
    }
    for (const [name, box] of this.#boxes) {
      box.addEventListener("change", () => actions.choose("panels", togglePanel(choices.peek().panels, name)));
    }
    const menu = element("details", {}, element("summary", { title: "Open or close single panels" }, "Panels"),
      element("ul", {}, ...PANELS.map(({ name, title }) =>
        element("li", {}, element("label", { class: "check" }, this.#boxes.get(name) ?? "", title)))));
    this.addEventListener("focusout", ({ relatedTarget }) => {
      if (!(relatedTarget instanceof Node && menu.contains(relatedTarget))) menu.open = false;
    });
    this.append(element("nav", { "aria-label": "Views" }, ...this.#tabs.values()), menu);
  }

  /** @override @param {Store} store */
  update({ choices }) {
    const list = choices.value.panels;
    const view = viewOf(list);
    for (const [name, tab] of this.#tabs) {
      if (name === view?.name) tab.setAttribute("aria-current", "page");
      else tab.removeAttribute("aria-current");
    }
    const open = list.split(",");
    for (const [name, box] of this.#boxes) {
      box.checked = open.includes(name);
      box.disabled = box.checked && open.length === 1;
    }
  }
}

customElements.define("view-bar", ViewBar);
