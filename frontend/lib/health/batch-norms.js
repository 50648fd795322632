/**
 * The batch norm that is chosen, in all panels that show one.
 *
 * @import { Store } from "../../store/store.js"
 */

import { setOptions } from "../dom.js";

/** What a network without any says in their place. */
export const NO_BATCH_NORM =
  "This network has no batch norm. Create a session with batch norm “hidden” or “all” to see what it does.";

/** @param {Store} store */
export function chosenNorm({ network, choices }) {
  const norms = network.value?.batch_norms ?? [];
  return norms.find(({ output }) => output === choices.value.batchnorm) ?? norms[0] ?? null;
}

/** Gives a select the batch norms there are; where there is but one there is nothing to choose. @param {HTMLSelectElement} list @param {Store} store */
export function offerNorms(list, store) {
  const norms = store.network.value?.batch_norms ?? [];
  const options = norms.map(({ output, layer }) => ({ value: output, text: layer === null ? "logits" : `layer ${layer}` }));
  setOptions(list, options, chosenNorm(store)?.output ?? "");
  list.hidden = norms.length < 2;
}
