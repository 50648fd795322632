/** The list of keyboard shortcuts, from their table. */

import { element } from "../../lib/dom.js";
import { SHORTCUTS } from "../../lib/shortcuts.js";
import { View } from "../../lib/view.js";

export class ShortcutHelp extends View {
  #dialog = element("dialog", { "aria-labelledby": "shortcut-help-title" });

  /** @override */
  build() {
    const rows = SHORTCUTS.map(({ written, says }) =>
      element("tr", {}, element("th", { scope: "row" }, element("kbd", {}, written)), element("td", {}, says)));
    this.#dialog.append(
      element("h2", { id: "shortcut-help-title" }, "Keyboard"),
      element("table", {}, element("tbody", {}, ...rows)),
      element("footer", {}, element("button", { type: "button", onclick: () => this.#dialog.close() }, "Close")),
    );
    this.append(this.#dialog);
  }

  toggle() {
    if (this.#dialog.open) this.#dialog.close();
    else this.#dialog.showModal();
  }
}

customElements.define("shortcut-help", ShortcutHelp);
