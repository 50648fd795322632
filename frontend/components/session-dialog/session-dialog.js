/**
 * A small form for a new session. What the server refuses is shown in it, in the server's words.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Field } from "../../lib/time/new-session.js"
 */

import { ApiError } from "../../api.js";
import { element, setOptions } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { configOf, FIELDS, NETWORK_FIELDS, refusals, TRAINING_FIELDS } from "../../lib/time/new-session.js";
import { View } from "../../lib/view.js";

/** @param {Field} field */
function control({ name, type, value, step, options, texts }) {
  if (options) {
    const list = element("select", { name });
    setOptions(list, options.map((option) => ({ value: option, text: texts?.[option] ?? option })), options[0]);
    return list;
  }
  const attributes = { name, type: type ?? "text", value: value ?? "", autocomplete: "off" };
  return element("input", { ...attributes, ...(step && { step }) });
}

/** @param {Field} field */
function row(field) {
  const label = element("label", {}, element("span", {}, field.label), control(field));
  if (field.hint) label.append(element("small", {}, field.hint));
  return label;
}

export class SessionDialog extends View {
  #error = element("p", { class: "refused", id: "session-refused", role: "alert" });
  #create = element("button", { type: "submit", class: "primary" }, "Create");
  #words = element("input", { type: "file", id: "words-file", accept: ".txt,text/plain" });
  #form = element("form", { method: "dialog", novalidate: true });
  #dialog = element("dialog", { "aria-labelledby": "session-dialog-title" });

  /** @override @param {Store} store */
  build(store) {
    const [name, dataset, ...others] = TRAINING_FIELDS.map(row);
    this.#form.append(
      element("h2", { id: "session-dialog-title" }, "New session"),
      element("div", {},
        name,
        dataset,
        element("label", {}, element("span", {}, "or own words"), this.#words,
          element("small", {}, "a text file, one word a line")),
        ...others),
      element("div", {}, ...NETWORK_FIELDS.map(row)),
      this.#error,
      element("footer", {},
        element("button", { type: "button", onclick: () => this.#dialog.close() }, "Cancel"),
        this.#create),
    );
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#trying(() => this.#submit(store));
    });
    this.#words.addEventListener("change", () => this.#trying(() => this.#upload(store)));
    this.#dialog.append(this.#form);
    this.append(this.#dialog);
    document.addEventListener("new-session", () => this.#open(store));
  }

  /** @override @param {Store} store */
  update({ datasets }) {
    const options = datasets.value.map(({ id, name, words }) => ({ value: id, text: `${name} (${whole(words)} words)` }));
    const list = this.#datasets;
    setOptions(list, options, list.value || (options[0]?.value ?? ""));
  }

  get #datasets() {
    return /** @type {HTMLSelectElement} */ (this.#form.elements.namedItem("dataset"));
  }

  /** @param {Store} store */
  #open({ actions }) {
    const dataset = this.#datasets.value;
    this.#form.reset();
    this.#datasets.value = dataset;
    this.#say("");
    this.#dialog.showModal();
    actions.refresh();
  }

  /** @param {Store} store */
  async #submit({ actions }) {
    await actions.createSession(configOf(/** @type {any} */ (Object.fromEntries(new FormData(this.#form)))));
    this.#dialog.close();
  }

  /** @param {Store} store */
  async #upload({ actions }) {
    const [file] = this.#words.files ?? [];
    if (file) this.#datasets.value = (await actions.addDataset(file)).id;
  }

  /** What the server refuses stands in the form until something else is tried. @param {() => Promise<void>} act */
  async #trying(act) {
    this.#create.disabled = true;
    this.#say("");
    try {
      await act();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#say(error.message);
    } finally {
      this.#create.disabled = false;
    }
  }

  /** @param {string} message  Empty: nothing is refused. */
  #say(message) {
    const refused = message ? refusals(message) : [];
    this.#error.textContent = refused.map(({ text }) => text).join("\n");
    for (const { name } of FIELDS) {
      const input = /** @type {HTMLElement} */ (this.#form.elements.namedItem(name));
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      if (!refused.some(({ field }) => field === name)) continue;
      input.setAttribute("aria-invalid", "true");
      input.setAttribute("aria-describedby", this.#error.id);
    }
  }
}

customElements.define("session-dialog", SessionDialog);
