/**
 * What a person has chosen to look at. The page's address holds it, so that a view can be shared and reloaded.
 *
 * @typedef {typeof DEFAULTS} Choices
 */

export const DEFAULTS = {
  /** The session's id; empty: the first one there is. */
  session: "",
  /** Whether the inspector shows what the steps have reached (on), or the tensor that was picked (off). */
  follow: "on",
  /** The tensor in the inspector. */
  tensor: "logits",
  /** One contribution to its gradient, by name; empty: the whole gradient. */
  contribution: "",
  /** The hidden layer whose activations are shown. */
  activation: "1",
  /** The batch norm that is shown, by the name of its output; empty: the first. */
  batchnorm: "",
  /** The loss axis: linear or log. */
  loss: "linear",
  /** Steps per second of a run: max or a number. */
  speed: "max",
  /** The breakpoint of a run, such as loss<2.2; empty: none. It counts in sessions that have its metric. */
  until: "",
  /** The id of the session that this one is compared with; empty: none. */
  compare: "",
  /** How: all panels in two columns, or the difference of one tensor. */
  as: "columns",
  /** The tensor or gradient whose difference is shown, or follow: what the steps have reached. */
  difference: "dlogits",
};

export const SPEEDS = ["max", "1", "2", "5", "10", "30", "100", "300", "1000"];

/** All that a choice can be, where that does not depend on the session. @type {Record<string, readonly string[]>} */
export const ALLOWED = {
  follow: ["on", "off"], loss: ["linear", "log"], speed: SPEEDS, as: ["columns", "difference"],
};

/**
 * What makes no sense becomes the default: an address is typed by hand, and outlives the page's versions.
 * @param {string} search  The address' query string.
 * @returns {Choices}
 */
export function readChoices(search) {
  const query = new URLSearchParams(search);
  const entries = Object.entries(DEFAULTS).map(([name, initial]) => {
    const asked = query.get(name) ?? initial;
    return [name, !ALLOWED[name] || ALLOWED[name].includes(asked) ? asked : initial];
  });
  return Object.fromEntries(entries);
}

/** The query string of all choices that are not the default. @param {Choices} choices */
export function writeChoices(choices) {
  const initial = /** @type {Record<string, string>} */ (DEFAULTS);
  const query = new URLSearchParams(Object.entries(choices).filter(([name, value]) => value !== initial[name]));
  return query.size ? `?${query}` : "";
}
