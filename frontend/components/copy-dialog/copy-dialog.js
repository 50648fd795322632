/**
 * Every action as code: what a click does here, a script does with the same request.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Entry, Standing } from "../../lib/page/requests.js"
 */

import { element, setText } from "../../lib/dom.js";
import { copyText } from "../../lib/page/clipboard.js";
import { toCurl, toPython } from "../../lib/page/code.js";
import { REQUESTS, standingOf } from "../../lib/page/requests.js";
import { View } from "../../lib/view.js";

/** @typedef {{ name: string, text: string, write: typeof toCurl }} Language */

/** @type {Language[]} */
const LANGUAGES = [
  { name: "python", text: "Python", write: toPython },
  { name: "curl", text: "curl", write: toCurl },
];
const KINDS = { move: "Through time", change: "Changes", read: "Reading" };

export class CopyDialog extends View {
  #rows = element("div", { class: "actions" });
  #preview = element("code");
  #said = element("p", { role: "status" });
  #dialog = element("dialog", { "aria-labelledby": "copy-dialog-title" });
  /** @type {Standing | null} */
  #standing = null;

  /** @override @param {Store} store */
  build(store) {
    this.#dialog.append(
      element("h2", { id: "copy-dialog-title" }, "Copy as Python or curl"),
      element("p", { class: "hint" }, "What a click does on this page, as a request of the session that is open."),
      element("div", { class: "columns" }, this.#rows,
        element("pre", { tabindex: "0", role: "region", "aria-label": "The code" }, this.#preview)),
      element("footer", {}, this.#said, element("button", { type: "button", onclick: () => this.#dialog.close() }, "Close")),
    );
    this.append(this.#dialog);
    document.addEventListener("copy-as", (event) => this.#open(store, /** @type {CustomEvent} */ (event).detail ?? ""));
    document.addEventListener("contextmenu", (event) => {
      const action = event.target instanceof Element ? event.target.closest("[data-action]")?.getAttribute("data-action") : null;
      if (!REQUESTS.some((entry) => entry.action === action) || this.#dialog.open) return;
      event.preventDefault();
      this.#open(store, action ?? "");
    });
  }

  /** @param {Store} store @param {string} action  The one that is looked for, if any. */
  #open(store, action) {
    this.#standing = standingOf(store);
    setText(this.#said, "");
    this.#rows.replaceChildren(...Object.entries(KINDS).flatMap(([kind, title]) =>
      [element("h3", {}, title), ...REQUESTS.filter((entry) => entry.kind === kind).map((entry) => this.#row(entry))]));
    this.#dialog.showModal();
    const first = this.#rows.querySelector(`[data-copies="${CSS.escape(action)}"] button`) ?? this.#rows.querySelector("button:enabled");
    if (!(first instanceof HTMLElement)) return setText(this.#preview, "No session is open.");
    first.scrollIntoView({ block: "center" });
    first.focus();
  }

  /** @param {Entry} entry */
  #row(entry) {
    const row = element("div", { class: "action", role: "group", "aria-label": entry.text, "data-copies": entry.action });
    row.append(element("span", {}, entry.text), ...LANGUAGES.map((language) => {
      const code = this.#code(entry, language);
      const show = () => setText(this.#preview, code ?? "");
      return element("button", {
        type: "button", "data-language": language.name, disabled: code === null, title: `Copy as ${language.text}`,
        onclick: () => this.#copy(entry, language), onfocus: show, onpointerenter: show,
      }, language.text);
    }));
    return row;
  }

  /** @param {Entry} entry @param {Language} language */
  #code(entry, { write }) {
    const request = this.#standing && entry.request(this.#standing);
    return request && write(request, location.origin);
  }

  /** @param {Entry} entry @param {Language} language */
  async #copy(entry, language) {
    const code = this.#code(entry, language);
    if (code === null) return;
    const done = await copyText(code);
    setText(this.#said, done ? `Copied as ${language.text}: ${entry.text}` : "The browser does not let the page copy: select the code.");
  }
}

customElements.define("copy-dialog", CopyDialog);
