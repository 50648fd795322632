/**
 * What the update that is pending does to a parameter, in numbers.
 *
 * @import { Store } from "../../store/store.js"
 */

import { selected } from "../../lib/card/selection.js";
import { updateWords } from "../../lib/card/update-words.js";
import { element, setText } from "../../lib/dom.js";
import { brief } from "../../lib/format.js";
import { ReadableView } from "../../lib/view.js";
import { read, summary } from "../../lib/views.js";

export class UpdateNumbers extends ReadableView {
  #rule = element("code", { class: "line" });
  #says = element("p");

  /** @override */
  build() {
    this.append(element("h5", {}, "The update that is pending"), this.#rule, this.#says);
  }

  /** @override @param {Store} store */
  update(store) {
    const { network, training, frame } = store;
    const { tensor } = selected(store);
    const parameter = network.value?.parameters.find(({ name }) => name === tensor);
    this.hidden = !parameter;
    if (!parameter || !training.value) return;
    const { learning_rate: rate, clipping } = training.value;
    const gradient = clipping ? `clip(d${tensor})` : `d${tensor}`;
    setText(this.#rule, `${tensor} = ${tensor} - ${brief(rate)} * ${gradient}`);
    const numbers = [tensor, `d${tensor}`].map((name) => read(frame.value, summary(name))?.info.summary?.std ?? null);
    setText(this.#says, updateWords(tensor, rate, numbers[0], numbers[1], clipping !== null));
  }
}

customElements.define("update-numbers", UpdateNumbers);
