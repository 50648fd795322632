/**
 * @import { Store } from "../../store/store.js"
 * @import { Contribution, Gradient } from "../../types/wire"
 */

/**
 * @typedef {object} Selection
 * @property {string} tensor
 * @property {string} contribution  The one contribution to its gradient that was chosen; empty: all of it.
 * @property {string | null} gradient  What is shown as its gradient: all of it or that contribution; null: it has none.
 * @property {string} gradientName  … as one would say it: `dcounts through counts_sum (1 of 2)`.
 */

/** What is asked for: what the steps have reached, or what was picked. @param {Store} store */
function wanted({ choices, moment }) {
  const { follow, tensor, contribution } = choices.value;
  if (follow !== "on" || !moment.value) return { tensor, contribution };
  return { tensor: moment.value.tensor, contribution: moment.value.contribution ?? "" };
}

/** What the inspector shows. @param {Store} store @returns {Selection} */
export function selected(store) {
  const { tensor, contribution } = wanted(store);
  const { gradients = [], calls = [] } = store.network.value ?? {};
  const known = ["Xb", "Yb"].includes(tensor) || gradients.some((each) => each.tensor === tensor)
    || calls.some(({ output }) => output === tensor);
  // Another session's network may have no such tensor; a loss they all have.
  const name = known ? tensor : "loss";
  const gradient = gradients.find((each) => each.tensor === name);
  const part = gradient?.contributions.find((each) => each.name === contribution);
  return { tensor: name, contribution: part?.name ?? "", ...shownOf(name, gradient, part) };
}

/**
 * A gradient's only contribution is the gradient.
 * @param {string} tensor @param {Gradient} [gradient] @param {Contribution} [part]
 */
function shownOf(tensor, gradient, part) {
  const parts = gradient?.contributions ?? [];
  if (!gradient || !part || parts.length === 1) return { gradient: gradient?.name ?? null, gradientName: `d${tensor}` };
  const place = `${parts.indexOf(part) + 1} of ${parts.length}`;
  return { gradient: part.name, gradientName: `${gradient.name} through ${part.via} (${place})` };
}
