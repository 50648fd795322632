/**
 * What a person has chosen to look at, in one table. The page's address holds all of it, so that a view can be shared
 * and reloaded.
 *
 * @typedef {object} Choice
 * @property {string} initial
 * @property {string} says  What it chooses.
 * @property {readonly string[]} [allowed]  All that it can be, where that does not depend on the session.
 * @property {(value: string) => boolean} [accepts]  Whether it can be that, where there are too many to list.
 */

import { arePanels, VIEWS } from "./panels.js";

export const SPEEDS = ["max", "1", "2", "5", "10", "30", "100", "300", "1000"];

/** @template {Record<string, Choice>} Table @param {Table} table @returns {Record<keyof Table, Choice>} */
const typed = (table) => table;

export const CHOICES = typed({
  session: { initial: "", says: "the session's id; empty: the first one there is" },
  panels: { initial: VIEWS[0].panels.join(), accepts: arePanels, says: "the panels that are open, by name, in order" },
  flow: { initial: "on", allowed: ["on", "off"], says: "whether the graph of the flow stands beside the panels" },
  follow: {
    initial: "on", allowed: ["on", "off"],
    says: "whether the card shows what the steps have reached (on), or the tensor that was picked (off)",
  },
  tensor: { initial: "logits", says: "the tensor on the card" },
  contribution: { initial: "", says: "one contribution to its gradient, by name; empty: the whole gradient" },
  activation: { initial: "1", says: "the hidden layer whose activations are shown" },
  batchnorm: { initial: "", says: "the batch norm that is shown, by the name of its output; empty: the first" },
  loss: { initial: "linear", allowed: ["linear", "log"], says: "the loss axis" },
  speed: { initial: "max", allowed: SPEEDS, says: "steps per second of a run" },
  until: {
    initial: "", says: "the breakpoint of a run, such as loss<2.2; it counts in sessions that have its metric",
  },
  compare: { initial: "", says: "the id of the session that this one is compared with; empty: none" },
  as: {
    initial: "columns", allowed: ["columns", "difference"],
    says: "how they are compared: all panels in two columns, or the difference of one tensor",
  },
  difference: {
    initial: "dlogits", says: "the tensor or gradient whose difference is shown, or follow: what the steps have reached",
  },
});

/** @typedef {{ [Name in keyof typeof CHOICES]: string }} Choices */

export const DEFAULTS = /** @type {Choices} */ (
  Object.fromEntries(Object.entries(CHOICES).map(([name, { initial }]) => [name, initial])));

/**
 * What makes no sense becomes the default: an address is typed by hand, and outlives the page's versions.
 * @param {string} search  The address' query string.
 * @returns {Choices}
 */
export function readChoices(search) {
  const query = new URLSearchParams(search);
  const entries = Object.entries(CHOICES).map(([name, { initial, allowed, accepts }]) => {
    const asked = query.get(name) ?? initial;
    return [name, (allowed?.includes(asked) ?? accepts?.(asked) ?? true) ? asked : initial];
  });
  return Object.fromEntries(entries);
}

/** The query string of all choices that are not the default. @param {Choices} choices */
export function writeChoices(choices) {
  const initial = /** @type {Record<string, string>} */ (DEFAULTS);
  const query = new URLSearchParams(Object.entries(choices).filter(([name, value]) => value !== initial[name]));
  return query.size ? `?${query}` : "";
}
