/**
 * What a page says of itself that is only a part of Gradient Flow: a single panel in a lecture's page, or the whole
 * with its controls locked. Which of them it is stands in the address for as long as the page does.
 *
 * @import { Store } from "../../store/store.js"
 */

import { element } from "../../lib/dom.js";
import { writeChoices } from "../../lib/page/choices.js";
import { embedded, unknownEmbed } from "../../lib/page/embed.js";
import { shownChoices } from "../../lib/page/link.js";
import { View } from "../../lib/view.js";

export class EmbedNote extends View {
  #link = element("a", { target: "_blank" });

  /** @override @param {Store} store */
  build({ choices }) {
    const { embed, controls } = choices.peek();
    document.body.dataset.controls = controls;
    const time = document.querySelector("fieldset.time");
    if (time instanceof HTMLFieldSetElement) time.disabled = controls !== "all";
    if (!embed) return;
    const found = embedded(embed);
    document.body.dataset.embed = found?.name ?? "unknown";
    this.#link.textContent = "Open in Gradient Flow ↗";
    if (!found) this.append(element("p", { role: "alert" }, unknownEmbed(embed)));
    this.append(this.#link);
  }

  /** The whole page, as it stands now. @override @param {Store} store */
  update(store) {
    if (!store.choices.value.embed) return;
    this.#link.href = location.pathname + writeChoices({ ...shownChoices(store), embed: "", controls: "all" });
  }
}

customElements.define("embed-note", EmbedNote);
