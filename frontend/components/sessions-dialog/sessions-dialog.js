/**
 * All sessions as a family, each branch below what it came from: to open, rename, delete, export and import them.
 *
 * @import { Store } from "../../store/store.js"
 */

import { ApiError } from "../../api.js";
import { element, setText } from "../../lib/dom.js";
import { familyOf } from "../../lib/time/family.js";
import { View } from "../../lib/view.js";
import { SessionRow } from "./session-row.js";

const COLUMNS = ["Session", "branched at", "reached step", "loss", "made", ""];

export class SessionsDialog extends View {
  /** @type {Map<string, SessionRow>} */
  #rows = new Map();
  #body = element("tbody");
  #file = element("input", { type: "file", id: "session-file", accept: ".zip,application/zip" });
  #refused = element("p", { class: "refused", role: "alert" });
  #dialog = element("dialog", { "aria-labelledby": "sessions-title" });

  /** @override @param {Store} store */
  build(store) {
    const head = element("tr", {}, ...COLUMNS.map((text) => element("th", { scope: "col" }, text)));
    this.#file.addEventListener("change", () => this.#import(store));
    this.#dialog.append(
      element("h2", { id: "sessions-title" }, "Sessions"),
      element("div", { class: "scroll" }, element("table", {}, element("thead", {}, head), this.#body)),
      this.#refused,
      element("footer", {},
        element("label", { class: "import" }, "Import a file", this.#file),
        element("button", { type: "button", autofocus: true, onclick: () => this.#dialog.close() }, "Close")),
    );
    this.append(this.#dialog);
    document.addEventListener("sessions", () => this.#open(store));
  }

  /** @override @param {Store} store */
  update(store) {
    const open = store.session.value?.id;
    const family = familyOf(store.sessions.value);
    const kept = new Map(family.map((member) => {
      const { id } = member.session;
      const row = this.#rows.get(id) ?? new SessionRow(member, store, () => this.#dialog.close());
      row.update(member, id === open);
      return [id, row];
    }));
    const wanted = [...kept.values()].map((row) => row.element);
    // Moved about only where the order is another one: an element that is moved loses the focus.
    if (wanted.some((row, i) => row !== this.#body.children[i]) || wanted.length !== this.#rows.size) {
      this.#body.replaceChildren(...wanted);
    }
    this.#rows = kept;
  }

  /** @param {Store} store */
  #open({ actions }) {
    setText(this.#refused, "");
    this.#file.value = "";
    this.#dialog.showModal();
    actions.refresh();
  }

  /** @param {Store} store */
  async #import({ actions }) {
    const [file] = this.#file.files ?? [];
    if (!file) return;
    setText(this.#refused, "");
    try {
      await actions.importSession(file);
      this.#dialog.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(this.#refused, error.message);
    } finally {
      this.#file.value = "";
    }
  }
}

customElements.define("sessions-dialog", SessionsDialog);
