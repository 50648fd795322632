/**
 * What the colours of all pictures span.
 *
 * @import { Store } from "../../store/store.js"
 */

import { element } from "../../lib/dom.js";
import { CHOICES } from "../../lib/page/choices.js";
import { menu } from "../../lib/page/menu.js";
import { View } from "../../lib/view.js";

const SCALES = [
  { value: "tensor", text: "each tensor's own values" },
  { value: "shared", text: "all tensors on show" },
  { value: "fixed", text: "fixed, up to" },
];

export class ScaleMenu extends View {
  #options = SCALES.map(({ value }) => element("input", { type: "radio", name: "scale", value }));
  #limit = element("input", {
    type: "text", inputmode: "decimal", id: "scale-limit", "aria-label": "Limit of the fixed scale", autocomplete: "off",
    placeholder: "1",
  });

  /** @override @param {Store} store */
  build({ actions }) {
    for (const option of this.#options) option.addEventListener("change", () => actions.choose("scale", option.value));
    this.#limit.addEventListener("change", () => {
      const text = this.#limit.value.trim().replace(",", ".");
      const accepted = CHOICES.limit.accepts?.(text) ?? false;
      this.#limit.setAttribute("aria-invalid", String(!accepted));
      if (!accepted) return;
      actions.choose("limit", text);
      actions.choose("scale", "fixed");
    });
    this.append(menu({ title: "What the colours of all tensors span" }, "Colours",
      element("fieldset", {}, element("legend", {}, "Colours reach as far as"),
        ...SCALES.map(({ text }, i) => element("div", { class: "choice" },
          element("label", { class: "check" }, this.#options[i], text), ...(i === 2 ? [this.#limit] : []))))));
  }

  /** @override @param {Store} store */
  update({ choices }) {
    const { scale, limit } = choices.value;
    for (const option of this.#options) option.checked = option.value === scale;
    if (document.activeElement !== this.#limit) this.#limit.value = limit;
  }
}

customElements.define("scale-menu", ScaleMenu);
