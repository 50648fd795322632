/**
 * A small form for a new session. What the server refuses is shown in it, in the server's words.
 *
 * @import { Store } from "../../store.js"
 * @import { NewSession } from "../../api.js"
 */

import { ApiError } from "../../api.js";
import { element, setOptions } from "../../lib/dom.js";
import { View } from "../../lib/view.js";

/** One field: its label, its control, and what it means for the config. */
const FIELDS = [
  { name: "name", label: "Name", type: "text", value: "", hint: "any; yours to recognise it by" },
  { name: "dataset", label: "Data set", options: [] },
  { name: "hidden_sizes", label: "Hidden layer sizes", type: "text", value: "64", hint: "such as 64, or 100 100 100" },
  { name: "batch_norm", label: "Batch norm", options: ["hidden", "none", "all"] },
  { name: "granularity", label: "Granularity", options: ["atomic", "fused"] },
  { name: "batch_size", label: "Batch size", type: "number", value: "32", step: "1" },
  { name: "learning_rate", label: "Learning rate", type: "number", value: "0.1", step: "any" },
  { name: "seed", label: "Seed", type: "number", value: "2147483647", step: "1" },
];

/** What is no number goes to the server as it is, which says so best. @param {string} text @returns {number} */
const numeric = (text) => (text.trim() === "" || Number.isNaN(Number(text)) ? /** @type {any} */ (text) : Number(text));

/** @param {Record<string, string>} filled @returns {NewSession} */
export function configOf(filled) {
  const { name, dataset, hidden_sizes, batch_norm, granularity, batch_size, learning_rate, seed } = filled;
  return {
    ...(name.trim() && { name: name.trim() }),
    data: { dataset },
    model: {
      hidden_sizes: hidden_sizes.split(/[\s,]+/).filter(Boolean).map(numeric),
      batch_norm: /** @type {"none" | "hidden" | "all"} */ (batch_norm),
      granularity: /** @type {"atomic" | "fused"} */ (granularity),
    },
    init: { seed: numeric(seed) },
    training: {
      batch_size: numeric(batch_size),
      learning_rate: [{ from_step: 0, value: numeric(learning_rate) }],
    },
  };
}

/** @param {typeof FIELDS[number]} field */
function control({ name, type, value, step, options }) {
  if (options) {
    const list = element("select", { name });
    setOptions(list, options.map((option) => ({ value: option, text: option })), options[0]);
    return list;
  }
  const attributes = { name, type: type ?? "text", value: value ?? "", autocomplete: "off" };
  return element("input", { ...attributes, ...(step && { step }) });
}

/** @param {typeof FIELDS[number]} field */
function row(field) {
  const label = element("label", {}, element("span", {}, field.label), control(field));
  if (field.hint) label.append(element("small", {}, field.hint));
  return label;
}

export class SessionDialog extends View {
  #error = element("p", { class: "refused", role: "alert" });
  #create = element("button", { type: "submit", class: "primary" }, "Create");
  #form = element("form", { method: "dialog", novalidate: true });
  #dialog = element("dialog", { "aria-labelledby": "session-dialog-title" });

  /** @override @param {Store} store */
  build(store) {
    this.#form.append(
      element("h2", { id: "session-dialog-title" }, "New session"),
      ...FIELDS.map(row),
      this.#error,
      element("footer", {},
        element("button", { type: "button", onclick: () => this.#dialog.close() }, "Cancel"),
        this.#create),
    );
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(store);
    });
    this.#dialog.append(this.#form);
    this.append(this.#dialog);
  }

  /** @override @param {Store} store */
  update({ datasets }) {
    const list = /** @type {HTMLSelectElement} */ (this.#form.elements.namedItem("dataset"));
    const options = datasets.value.map(({ id, name, words }) => ({ value: id, text: `${name} (${words} words)` }));
    setOptions(list, options, list.value || (options[0]?.value ?? ""));
  }

  open() {
    this.#error.textContent = "";
    this.#dialog.showModal();
  }

  /** @param {Store} store */
  async #submit({ actions }) {
    this.#create.disabled = true;
    this.#error.textContent = "";
    try {
      await actions.createSession(configOf(/** @type {any} */ (Object.fromEntries(new FormData(this.#form)))));
      this.#dialog.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      this.#error.textContent = error.message;
    } finally {
      this.#create.disabled = false;
    }
  }
}

customElements.define("session-dialog", SessionDialog);
