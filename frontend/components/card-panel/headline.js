/**
 * What a card is of: the tensor's name and shape, what it is, and its kin, the tensors it is made of and those made of it.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Call, Network } from "../../types/wire"
 */

import { dimensionsOf, letters } from "../../lib/card/dimensions.js";
import { selected } from "../../lib/card/selection.js";
import { element, setText } from "../../lib/dom.js";
import { shape as written } from "../../lib/format.js";
import { View } from "../../lib/view.js";
import { read, values } from "../../lib/views.js";
import { tensorButton } from "./section.js";

export class CardHeadline extends View {
  #name = element("code");
  #shape = element("span", { class: "shape" });
  #role = element("span", { class: "role" });
  #known = element("span", { class: "known" });
  #kin = element("p", { class: "kin" });
  /** @type {Network | null} */
  #network = null;
  #shown = "";

  /** @override */
  build() {
    this.append(element("h3", { id: "inspected" }, this.#name, this.#shape, this.#role, this.#known), this.#kin);
  }

  /** @override @param {Store} store */
  update(store) {
    const { tensor } = selected(store);
    const network = store.network.value;
    const view = read(store.frame.value, values(tensor));
    setText(this.#known, !view || view.info.known ? "" : "not known yet");
    if (!network || (tensor === this.#shown && network === this.#network)) return;
    this.#shown = tensor;
    this.#network = network;
    const dimensions = dimensionsOf(network, store.ops.value).get(tensor) ?? [];
    const sizes = written(dimensions.map(({ size }) => size));
    setText(this.#name, tensor);
    setText(this.#shape, dimensions.length ? `${letters(dimensions)}, ${sizes}` : sizes);
    setText(this.#role, roleOf(tensor, network));
    this.#kin.replaceChildren(...kinOf(tensor, network, store.actions.inspect));
  }
}

/** @type {Record<string, (call: Call) => string>} */
const PARTS = {
  embedding: () => "embedding",
  hidden: ({ layer }) => `hidden layer ${layer}`,
  output: () => "output layer",
  loss: () => "loss",
};

/** @param {string} tensor @param {Network} network */
function roleOf(tensor, { calls, parameters }) {
  const call = calls.find(({ output }) => output === tensor);
  if (call) return `op ${call.known_at}, ${PARTS[call.part]?.(call) ?? call.part}`;
  return parameters.some(({ name }) => name === tensor) ? "parameter" : "minibatch";
}

/** @param {string} tensor @param {Network} network @param {(tensor: string) => void} inspect */
function kinOf(tensor, { calls }, inspect) {
  /** @param {string} name */
  const button = (name) => tensorButton({ name, text: name, choose: () => inspect(name) });
  const call = calls.find(({ output }) => output === tensor);
  const users = calls.filter(({ inputs }) => inputs.some((input) => input.tensor === tensor));
  return [
    ...(call ? ["made of ", ...call.inputs.map((input) => button(input.tensor))] : []),
    ...(users.length ? [call ? " used by " : "used by ", ...users.map(({ output }) => button(output))] : []),
  ];
}

customElements.define("card-headline", CardHeadline);
