/**
 * One session of the family: what it is, where it branched off, how far it has come, and what can be done with it.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Member } from "../../lib/time/family.js"
 */

import { element, setText } from "../../lib/dom.js";
import { fixed, moment, whole } from "../../lib/format.js";

export class SessionRow {
  #id;
  #name = element("input", { type: "text", class: "name", autocomplete: "off" });
  #note = element("small", { class: "note" });
  #place = element("td", { class: "number" });
  #reached = element("td", { class: "number" });
  #loss = element("td", { class: "number" });
  #created = element("td", { class: "created" });
  #open = element("button", { type: "button", "data-action": "open" }, "Open");
  #compare = element("button", { type: "button", "data-action": "compare" }, "Compare with …");
  /** @type {Member["session"]} */
  #session;

  /**
   * @param {Member} member
   * @param {Store} store
   * @param {() => void} leave  Closes the dialog.
   */
  constructor({ session }, { actions, exportUrl }, leave) {
    const { id } = session;
    this.#id = id;
    this.#session = session;
    this.#name.addEventListener("change", () => this.#rename(actions));
    this.#name.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      if (event.key === "Escape") this.#name.value = this.#session.name;
      this.#name.blur();
    });
    this.#open.addEventListener("click", () => {
      leave();
      actions.openSession(id);
    });
    this.#compare.addEventListener("click", () => {
      this.element.dispatchEvent(new CustomEvent("compare", { bubbles: true, detail: { id } }));
      leave();
    });
    const remove = { type: "button", "data-action": "delete", onclick: () => actions.removeSession(this.#session) };
    this.element = element("tr", { "data-id": id },
      element("th", { scope: "row" }, this.#name, this.#note),
      this.#place, this.#reached, this.#loss, this.#created,
      element("td", { class: "actions" }, this.#open, this.#compare,
        element("a", { href: exportUrl(id), download: true, "data-action": "export" }, "Export"),
        element("button", remove, "Delete")));
  }

  /** @param {Store["actions"]} actions */
  async #rename(actions) {
    const name = this.#name.value.trim();
    if (name !== this.#session.name) await actions.renameSession(this.#id, name);
    this.#name.value = this.#session.name;
  }

  /** @param {Member} member @param {boolean} isOpen */
  update({ session, depth, orphan }, isOpen) {
    const { name, parent, last_step, running, loss, created_at } = session;
    this.#session = session;
    // Not while somebody types.
    if (document.activeElement !== this.#name) this.#name.value = name;
    this.#name.setAttribute("aria-label", `Name of ${name}`);
    this.#name.title = `${name} (${this.#id})`;
    this.element.style.setProperty("--depth", String(depth));
    this.element.classList.toggle("branch", depth > 0);
    if (isOpen) this.element.setAttribute("aria-current", "true");
    else this.element.removeAttribute("aria-current");
    setText(this.#note, [isOpen && "on show", running && "running", orphan && "its parent was deleted"]
      .filter(Boolean).join(", "));
    setText(this.#place, parent ? whole(parent.step) : "–");
    setText(this.#reached, whole(last_step));
    setText(this.#loss, loss === null ? "–" : fixed(loss));
    setText(this.#created, moment(created_at));
    this.#open.disabled = isOpen;
    this.#compare.disabled = isOpen;
  }
}
