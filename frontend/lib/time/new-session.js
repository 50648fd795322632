/**
 * The form for a new session: its fields, the config they make, and which of them a refusal is about.
 *
 * @import { NewSession } from "../../api.js"
 */

/**
 * @typedef {object} Field
 * @property {string} name
 * @property {string} path  What the server calls it, where that begins so.
 * @property {string} label
 * @property {string} [type]
 * @property {string} [value]
 * @property {string} [step]
 * @property {string} [hint]
 * @property {string[]} [options]
 * @property {Record<string, string>} [texts]  What an option is, where its name does not say enough.
 */

/** @type {Field[]} */
export const FIELDS = [
  { name: "name", path: "name", label: "Name", type: "text", value: "", hint: "any; yours to recognise it by" },
  { name: "dataset", path: "data", label: "Data set", options: [] },
  {
    name: "hidden_sizes", path: "model.hidden_sizes", label: "Hidden layer sizes", type: "text", value: "64",
    hint: "such as 64, or 100 100 100",
  },
  { name: "batch_norm", path: "model.batch_norm", label: "Batch norm", options: ["hidden", "none", "all"] },
  { name: "granularity", path: "model.granularity", label: "Granularity", options: ["atomic", "fused"] },
  {
    name: "engine", path: "training.engine", label: "Engine", options: ["auto", "tape", "kernel"],
    texts: {
      auto: "auto: whichever is faster",
      tape: "tape: op by op, as it is shown",
      kernel: "kernel: each step as one compiled function",
    },
    hint: "both compute the same gradients",
  },
  { name: "batch_size", path: "training.batch_size", label: "Batch size", type: "number", value: "32", step: "1" },
  {
    name: "learning_rate", path: "training.learning_rate", label: "Learning rate", type: "number", value: "0.1",
    step: "any",
  },
  { name: "seed", path: "init.seed", label: "Seed", type: "number", value: "2147483647", step: "1" },
];

/** What is no number goes to the server as it is, which says so best. @param {string} text @returns {number} */
export const numeric = (text) =>
  (text.trim() === "" || Number.isNaN(Number(text)) ? /** @type {any} */ (text) : Number(text));

/** @param {Record<string, string>} filled @returns {NewSession} */
export function configOf(filled) {
  const { name, dataset, hidden_sizes, batch_norm, granularity, engine, batch_size, learning_rate, seed } = filled;
  return {
    ...(name.trim() && { name: name.trim() }),
    data: { dataset },
    model: {
      hidden_sizes: hidden_sizes.split(/[\s,]+/).filter(Boolean).map(numeric),
      batch_norm: /** @type {"none" | "hidden" | "all"} */ (batch_norm),
      granularity: /** @type {"atomic" | "fused"} */ (granularity),
    },
    init: { seed: numeric(seed) },
    training: {
      batch_size: numeric(batch_size),
      learning_rate: [{ from_step: 0, value: numeric(learning_rate) }],
      engine: /** @type {"auto" | "tape" | "kernel"} */ (engine),
    },
  };
}

/**
 * What the server refused, one thing each. It names fields as the config has them (`training.batch_size: …`); here
 * they have the form's labels, and `field` is the form's name of it, null where it is about no single field.
 * @param {string} message
 */
export function refusals(message) {
  return message.split(/; (?=[a-z_]+(?:\.\w+)*: |… )/).map((text) => {
    const [, path, rest] = /^([a-z_]+(?:\.\w+)*): (.*)$/s.exec(text) ?? [];
    const field = FIELDS.find((each) => path === each.path || path?.startsWith(`${each.path}.`));
    return field ? { field: field.name, text: `${field.label}: ${rest}` } : { field: null, text };
  });
}
