/**
 * The hidden layer that is chosen, in all panels that show one.
 *
 * @import { Store } from "../../store/store.js"
 */

import { setOptions } from "../dom.js";

/** @param {Store} store */
export function chosenLayer({ network, choices }) {
  const layers = network.value?.activations ?? [];
  return layers.find(({ layer }) => String(layer) === choices.value.activation) ?? layers[0] ?? null;
}

/** Gives a select the layers there are; where there is but one there is nothing to choose. @param {HTMLSelectElement} list @param {Store} store */
export function offerLayers(list, store) {
  const layers = store.network.value?.activations ?? [];
  const options = layers.map(({ layer }) => ({ value: String(layer), text: `layer ${layer}` }));
  setOptions(list, options, String(chosenLayer(store)?.layer ?? ""));
  list.hidden = layers.length < 2;
}
