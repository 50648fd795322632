/**
 * What the open session is compared with: itself with one thing changed, which is made here, or another session that
 * there is. What the server refuses is shown in the form.
 *
 * @import { PageStore } from "../../compare/compare.js"
 * @import { Change } from "../../lib/compare/changes.js"
 */

import { ApiError } from "../../api.js";
import { CHANGES, LEARNING_RATE, valueOf } from "../../lib/compare/changes.js";
import { element, setOptions, setText } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { View } from "../../lib/view.js";
import { choicesFor } from "../compare-bar/compare-bar.js";

/** @param {string} value @param {string} text @param {...Node} fields */
function way(value, text, ...fields) {
  const radio = element("input", { type: "radio", name: "way", value });
  return element("fieldset", {}, element("label", { class: "way" }, radio, text), element("div", { class: "fields" }, ...fields));
}

/** @param {string} label @param {...Node} controls */
const row = (label, ...controls) => element("label", {}, element("span", {}, label), ...controls);

export class CompareDialog extends View {
  #changes = element("select", { name: "change" });
  #text = element("input", { type: "text", name: "text", autocomplete: "off", "aria-label": "Value in B" });
  #option = element("select", { name: "option", "aria-label": "Value in B" });
  #now = element("small");
  #from = element("select", { name: "from" });
  #fromRow = row("From", this.#from);
  #hint = element("p", { class: "hint" });
  #others = element("select", { name: "other", "aria-label": "Session" });
  #error = element("p", { class: "refused", id: "compare-refused", role: "alert" });
  #compare = element("button", { type: "submit", class: "primary" }, "Compare");
  #form = element("form", { method: "dialog", novalidate: true });
  #dialog = element("dialog", { "aria-labelledby": "compare-dialog-title" });

  /** @override @param {PageStore} store */
  build(store) {
    setOptions(this.#changes, CHANGES.map(({ name, label }) => ({ value: name, text: label })), LEARNING_RATE);
    this.#form.append(
      element("h2", { id: "compare-dialog-title" }, "Compare this session"),
      way("change", "with itself, one thing changed",
        row("Change", this.#changes), row("In B", this.#text, this.#option, this.#now), this.#fromRow, this.#hint),
      way("other", "with another session", this.#others),
      this.#error,
      element("footer", {},
        element("button", { type: "button", onclick: () => this.#dialog.close() }, "Cancel"), this.#compare),
    );
    this.#changes.addEventListener("change", () => this.#showChange(store));
    // Whoever fills something in has chosen that way.
    this.#form.addEventListener("input", ({ target }) => {
      const fields = target instanceof Element ? target.closest(".fields") : null;
      const radio = fields?.parentElement?.querySelector("input[type=radio]");
      if (radio instanceof HTMLInputElement) radio.checked = true;
      setText(this.#error, "");
    });
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit(store);
    });
    this.#dialog.append(this.#form);
    this.append(this.#dialog);
    document.addEventListener("compare", (event) => {
      if (!(/** @type {CustomEvent<{ id: string } | null>} */ (event).detail?.id)) this.#open(store);
    });
  }

  /** @override @param {PageStore} store */
  update({ session, sessions }) {
    const chosen = this.#others.value;
    this.#others.replaceChildren(...(session.value ? choicesFor(session.value, sessions.value) : []));
    this.#others.disabled = this.#others.options.length === 0;
    if (chosen) this.#others.value = chosen;
    if (this.#others.selectedIndex < 0) this.#others.selectedIndex = 0;
  }

  /** @param {PageStore} store */
  #open(store) {
    const { position, session, actions } = store;
    if (!session.peek()) return;
    const step = position.peek()?.step ?? 0;
    const here = { value: String(step), text: `step ${whole(step)}, where it stands` };
    setOptions(this.#from, step > 0 ? [here, { value: "0", text: "step 0" }] : [here], here.value);
    /** @type {HTMLInputElement} */ (this.#form.querySelector("input[value=change]")).checked = true;
    setText(this.#error, "");
    this.#showChange(store);
    this.#dialog.showModal();
    this.#text.select();
    actions.refresh();
  }

  /** @returns {Change} */
  get #change() {
    return CHANGES.find(({ name }) => name === this.#changes.value) ?? CHANGES[0];
  }

  /** @param {PageStore} store */
  #showChange({ session, training }) {
    const [open, now] = [session.peek(), training.peek()];
    if (!open) return;
    const { name, options, hint } = this.#change;
    const value = valueOf(name, { ...open, training: now ?? open.training });
    this.#text.hidden = options !== undefined;
    this.#option.hidden = options === undefined;
    this.#text.value = value;
    // The first that it is not already.
    if (options) setOptions(this.#option, options, options.find((option) => option.value !== value)?.value ?? value);
    setText(this.#now, `${options?.find((option) => option.value === value)?.text ?? value} in A`);
    this.#fromRow.hidden = name !== LEARNING_RATE;
    setText(this.#hint, hint);
  }

  /** @param {PageStore} store */
  async #submit({ comparison }) {
    const { way: chosen, other, text, option, from } = Object.fromEntries(new FormData(this.#form));
    const { name, options } = this.#change;
    this.#compare.disabled = true;
    setText(this.#error, "");
    try {
      if (chosen === "other") {
        if (!other) return setText(this.#error, "There is no other session yet.");
        comparison.compareWith(String(other));
      } else {
        await comparison.tryWith({ name, filled: String(options ? option : text), step: Number(from) });
      }
      this.#dialog.close();
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setText(this.#error, error.message);
    } finally {
      this.#compare.disabled = false;
    }
  }
}

customElements.define("compare-dialog", CompareDialog);
