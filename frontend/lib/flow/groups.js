/**
 * The parts of a network that the flow shows as one node each while they are closed: every hidden layer (by its
 * number), batch norm on the logits ("out"), and the loss ("loss").
 *
 * @import { Call, Network } from "../../types/wire"
 *
 * @typedef {object} Group
 * @property {string} key  In the address.
 * @property {string} label
 * @property {string} output  The last tensor in it.
 * @property {Call[]} calls
 *
 * @typedef {Pick<Network, "calls">} Calls
 */

/** Up to so many rows fit a screen at a readable size. */
const ROWS = 22;

/** The choice in the address. @param {string} choice */
export const areLayers = (choice) => /^(auto|all|none|(\d{1,2}|out|loss)(,(\d{1,2}|out|loss))*)$/.test(choice);

/** @param {Call} call */
function keyOf({ layer, part }) {
  if (layer !== null) return String(layer);
  return { output: "out", loss: "loss" }[part] ?? null;
}

/** @param {string} key */
const labelOf = (key) => ({ out: "output", loss: "loss" }[key] ?? `layer ${key}`);

/** All groups, in forward order; what is a single op needs none. @param {Calls} network @returns {Group[]} */
export function groupsOf({ calls }) {
  const groups = Map.groupBy(calls, keyOf);
  groups.delete(null);
  return [...groups].filter(([, members]) => members.length > 1)
    .map(([key, members]) => ({
      key: String(key), label: labelOf(String(key)), output: members[members.length - 1].output, calls: members,
    }));
}

/** @param {Calls} network @param {Group[]} groups @param {ReadonlySet<string>} open */
function rows({ calls }, groups, open) {
  return groups.reduce((left, { key, calls: members }) => left - (open.has(key) ? 0 : members.length - 1), calls.length);
}

/** All open where that fits a screen, else without the hidden layers, else none. @param {Calls} network @param {Group[]} groups */
function fitting(network, groups) {
  const all = new Set(groups.map(({ key }) => key));
  const withoutLayers = new Set([...all].filter((key) => !/^\d/.test(key)));
  return [all, withoutLayers].find((open) => rows(network, groups, open) <= ROWS) ?? new Set();
}

/** The keys of the groups that are open. @param {string} choice @param {Calls} network @returns {ReadonlySet<string>} */
export function openGroups(choice, network) {
  const groups = groupsOf(network);
  if (choice === "auto") return fitting(network, groups);
  const keys = groups.map(({ key }) => key);
  if (choice === "none") return new Set();
  return new Set(choice === "all" ? keys : keys.filter((key) => choice.split(",").includes(key)));
}

/** The choice with one group opened or closed. @param {string} choice @param {string} key @param {Calls} network */
export function toggleGroup(choice, key, network) {
  const open = new Set(openGroups(choice, network));
  if (!open.delete(key)) open.add(key);
  const groups = groupsOf(network);
  if (open.size === groups.length) return "all";
  return groups.filter((group) => open.has(group.key)).map((group) => group.key).join() || "none";
}
