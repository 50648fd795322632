/**
 * What the workspace shows: a tab for each view, and a menu in which every panel can be opened or closed by itself.
 *
 * @import { Store } from "../../store/store.js"
 */

import { element } from "../../lib/dom.js";
import { COMMANDS } from "../../lib/page/commands.js";
import { menu } from "../../lib/page/menu.js";
import { PANELS, togglePanel, viewOf, VIEWS } from "../../lib/page/panels.js";
import { hint } from "../../lib/page/shortcuts.js";
import { View } from "../../lib/view.js";
import { ScaleMenu } from "./scale-menu.js";

export class ViewBar extends View {
  #scale = new ScaleMenu();
  #flow = element("button", {
    type: "button", class: "flow", "data-action": "flow", title: `${COMMANDS.flow.says}${hint("flow")}`,
  }, COMMANDS.flow.text);
  #tabs = new Map(VIEWS.map(({ name, text, says }) =>
    [name, element("button", { type: "button", "data-view": name, title: says }, text)]));
  #boxes = new Map(PANELS.map(({ name }) => [name, element("input", { type: "checkbox", "data-panel": name })]));

  /** @override @param {Store} store */
  build(store) {
    const { actions, choices } = store;
    this.#scale.start(store);
    for (const { name, panels } of VIEWS) {
      this.#tabs.get(name)?.addEventListener("click", () => actions.choose("panels", panels.join()));
    }
    for (const [name, box] of this.#boxes) {
      box.addEventListener("change", () => actions.choose("panels", togglePanel(choices.peek().panels, name)));
    }
    const panels = menu({ title: "Open or close single panels" }, "Panels",
      element("ul", {}, ...PANELS.map(({ name, title }) =>
        element("li", {}, element("label", { class: "check" }, this.#boxes.get(name) ?? "", title)))));
    this.#flow.addEventListener("click", () => COMMANDS.flow.perform(store));
    this.append(
      this.#flow,
      element("nav", { "aria-label": "Views" }, ...this.#tabs.values()),
      element("div", { class: "menus" }, this.#scale, panels),
    );
  }

  /** @override @param {Store} store */
  update({ choices }) {
    this.#flow.setAttribute("aria-pressed", String(choices.value.flow !== "off"));
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
