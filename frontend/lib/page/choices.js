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

import { areSections } from "../card/sections.js";
import { readCell } from "../cells/cell.js";
import { areLayers } from "../flow/groups.js";
import { isZoom } from "../flow/scale.js";
import { arePanels, VIEWS } from "./panels.js";

export const SPEEDS = ["max", "1", "2", "5", "10", "30", "100", "300", "1000"];
export const THEMES = ["auto", "light", "dark", "contrast"];

export const EVALUATION_STEPS = ["off", "1000", "5000", "20000", "100000"];
export const WORD_COUNTS = ["15", "30", "60"];
export const REFRESH_SECONDS = ["off", "1", "2", "5", "10"];

/** A position as the address has it. */
const POSITION = /^(|\d{1,9}:\d{1,6})$/;
/** Empty, or a positive number. @param {string} text */
const isLimit = (text) => text === "" || (Number(text) > 0 && Number.isFinite(Number(text)));

/** @template {Record<string, Choice>} Table @param {Table} table @returns {Record<keyof Table, Choice>} */
const typed = (table) => table;

export const CHOICES = typed({
  session: { initial: "", says: "the session's id; empty: the first one there is" },
  at: {
    initial: "", accepts: (value) => POSITION.test(value),
    says: "the step and op where the session rests, such as 2000:50; opening the link goes there",
  },
  panels: { initial: VIEWS[0].panels.join(), accepts: arePanels, says: "the panels that are open, by name, in order" },
  flow: {
    initial: "on", allowed: ["on", "wide", "off"],
    says: "whether the graph of the flow stands beside the panels, takes half of the page (wide), or is off",
  },
  layers: {
    initial: "auto", accepts: areLayers,
    says: "which parts are open in the flow: all, none, or some, such as 1,3,out,loss; auto: those that fit",
  },
  flowzoom: { initial: "fit", accepts: isZoom, says: "how large the flow is drawn, such as 1.5; fit: as it fits" },
  follow: {
    initial: "on", allowed: ["on", "off"],
    says: "whether the card shows what the steps have reached (on), or the tensor that was picked (off)",
  },
  tensor: { initial: "logits", says: "the tensor on the card" },
  folded: {
    initial: "", accepts: areSections,
    says: "the sections of the card that are folded, such as backward,proof; empty: all are open",
  },
  autograd: {
    initial: "off", allowed: ["on", "magnified", "off"],
    says: "whether the card compares its gradient with autograd's, cell by cell, wherever the session rests; magnified: the "
      + "difference has a scale of its own",
  },
  contribution: { initial: "", says: "one contribution to its gradient, by name; empty: the whole gradient" },
  cell: {
    initial: "", accepts: (value) => value === "" || readCell(value) !== null,
    says: "the cell that is pinned, whose value is explained, such as dlogits[3,12]; empty: none",
  },
  example: {
    initial: "0", accepts: (value) => /^\d{1,7}$/.test(value),
    says: "the example whose forces are shown, by its row in the minibatch",
  },
  sort: {
    initial: "batch", allowed: ["batch", "loss"],
    says: "the order of the examples under push and pull: as the minibatch has them, or the hardest first",
  },
  bars: {
    initial: "character", allowed: ["character", "force"],
    says: "the order of one example's forces: by character, or the strongest first",
  },
  answer: {
    initial: "short", allowed: ["short", "long"],
    says: "whether the pinned cell is explained by its largest addends, or by all of them",
  },
  activation: { initial: "1", says: "the hidden layer whose activations and units are shown" },
  units: {
    initial: "saturated", allowed: ["saturated", "slope", "value"],
    says: "what the map of the units shows: where |h| > 0.97, how much gradient passes, or h itself",
  },
  unitorder: {
    initial: "number", allowed: ["number", "share"],
    says: "the order of the units on their map: by number, or the most saturated first",
  },
  health: {
    initial: "", says: "the measure whose course is shown, such as saturation.h; empty: the updates of the first weights",
  },
  batchnorm: { initial: "", says: "the batch norm that is shown, by the name of its output; empty: the first" },
  channel: {
    initial: "", accepts: (value) => /^\d{0,5}$/.test(value),
    says: "the channel whose batch norm is followed over time, by its number; empty: the mean of all",
  },
  loss: { initial: "linear", allowed: ["linear", "log"], says: "the loss axis" },
  curve: {
    initial: "both", allowed: ["both", "each", "smoothed"],
    says: "which losses of minibatches are drawn: each step's, the smoothed ones, or both",
  },
  evaluate: {
    initial: "off", allowed: EVALUATION_STEPS,
    says: "after how many steps the splits' losses are evaluated anew while it trains",
  },
  statistics: {
    initial: "calibrated", allowed: ["calibrated", "running"],
    says: "batch norm's mean and variance in evaluations and in drawn words",
  },
  testsplit: { initial: "off", allowed: ["on", "off"], says: "whether the test split is evaluated too" },
  words: { initial: "15", allowed: WORD_COUNTS, says: "how many words are drawn from the network" },
  prompt: { initial: "", says: "what each drawn word begins with" },
  seed: {
    initial: "1", accepts: (value) => value === "new" || /^\d{1,15}$/.test(value),
    says: "the seed of the drawn words; new: others each time",
  },
  refresh: {
    initial: "2", allowed: REFRESH_SECONDS, says: "after how many seconds words are drawn anew while it trains",
  },
  distances: {
    initial: "layer", allowed: ["layer", "rows"],
    says: "what sets characters apart on the embedding's map: what the first layer reads of them, or their rows of C alone",
  },
  arrows: { initial: "on", allowed: ["on", "off"], says: "whether the embedding's map shows each character's gradient" },
  speed: { initial: "max", allowed: SPEEDS, says: "steps per second of a run" },
  until: {
    initial: "", says: "the breakpoint of a run, such as loss<2.2; it counts in sessions that have its metric",
  },
  scale: {
    initial: "tensor", allowed: ["tensor", "shared", "fixed"],
    says: "what colours span: each tensor's own values, those of all tensors on show, or the limit",
  },
  limit: { initial: "", accepts: isLimit, says: "how far from zero a fixed scale reaches, such as 0.05; empty: 1" },
  theme: { initial: "auto", allowed: THEMES, says: "the page's colours; auto: as the system has them" },
  trap: { initial: "", says: "the laboratory's trap, by name, such as bndiff_without_square; empty: the first" },
  embed: {
    initial: "", says: "the one panel that fills the page, such as forces, flow, card:dlogits or activations:2",
  },
  controls: {
    initial: "all", allowed: ["all", "locked", "hidden"],
    says: "whether the session can be moved and changed from this page: all, locked (to be seen only) or hidden",
  },
  lesson: { initial: "", says: "the lesson beside the panels, by name; *: the list of them; empty: none" },
  chapter: {
    initial: "1", accepts: (value) => /^[1-9]\d{0,2}$/.test(value),
    says: "the lesson's chapter, from 1; a link that names no session opens what the chapter wants to show",
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

/** Whether there is such a choice, and it can be that. @param {string} name @param {string} value */
export function canBe(name, value) {
  if (!Object.hasOwn(CHOICES, name)) return false;
  const { allowed, accepts } = /** @type {Record<string, Choice>} */ (CHOICES)[name];
  return allowed?.includes(value) ?? accepts?.(value) ?? true;
}

/**
 * What makes no sense becomes the default: an address is typed by hand, and outlives the page's versions.
 * @param {string} search  The address' query string.
 * @returns {Choices}
 */
export function readChoices(search) {
  const query = new URLSearchParams(search);
  const entries = Object.entries(CHOICES).map(([name, { initial }]) => {
    const asked = query.get(name) ?? initial;
    return [name, canBe(name, asked) ? asked : initial];
  });
  return Object.fromEntries(entries);
}

/** The query string of all choices that are not the default. @param {Choices} choices */
export function writeChoices(choices) {
  const initial = /** @type {Record<string, string>} */ (DEFAULTS);
  const query = new URLSearchParams(Object.entries(choices).filter(([name, value]) => value !== initial[name]));
  return query.size ? `?${query}` : "";
}
