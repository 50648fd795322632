/**
 * The list of keyboard shortcuts, from their table.
 *
 * @import { Shortcut } from "../../lib/page/shortcuts.js"
 */

import { element } from "../../lib/dom.js";
import { FLOW_KEYS } from "../../lib/flow/keys.js";
import { SHORTCUTS } from "../../lib/page/shortcuts.js";
import { View } from "../../lib/view.js";

/** The actions that move the session. */
const MOVES = /^(toggle$|op-|pass-|step)/;

/** @param {string} caption @param {Pick<Shortcut, "written" | "says">[]} shortcuts */
const table = (caption, shortcuts) => element("table", {}, element("caption", {}, caption),
  element("tbody", {}, ...shortcuts.map(({ written, says }) =>
    element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, written)), element("td", {}, says)))));

export class ShortcutHelp extends View {
  #dialog = element("dialog", { "aria-labelledby": "shortcut-help-title" });

  /** @override */
  build() {
    const moves = SHORTCUTS.filter(({ action }) => MOVES.test(action));
    const others = SHORTCUTS.filter(({ action }) => !MOVES.test(action));
    this.#dialog.append(
      element("h2", { id: "shortcut-help-title" }, "Keyboard"),
      element("div", { class: "columns" }, table("Through time", moves), table("Looking", others),
        table("In the flow, once the tab key is there", FLOW_KEYS)),
      element("footer", {},
        element("button", { type: "button", "data-action": "tour", onclick: () => this.#tour() }, "Take the tour"),
        element("button", { type: "button", onclick: () => this.#dialog.close() }, "Close")),
    );
    this.append(this.#dialog);
  }

  #tour() {
    this.#dialog.close();
    this.dispatchEvent(new CustomEvent("tour", { bubbles: true }));
  }

  toggle() {
    if (this.#dialog.open) this.#dialog.close();
    else this.#dialog.showModal();
  }
}

customElements.define("shortcut-help", ShortcutHelp);
