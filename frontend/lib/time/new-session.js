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

/** How a form writes null. */
export const NOTHING = "none";

/** What there is to learn, and how. @type {Field[]} */
export const TRAINING_FIELDS = [
  { name: "name", path: "name", label: "Name", value: "", hint: "left empty: what differs from this form’s defaults" },
  { name: "dataset", path: "data", label: "Data set", options: [] },
  { name: "batch_size", path: "training.batch_size", label: "Batch size", type: "number", value: "32", step: "1" },
  {
    name: "learning_rate", path: "training.learning_rate", label: "Learning rate", type: "number", value: "0.1",
    step: "any",
  },
  {
    name: "engine", path: "training.engine", label: "Engine", options: ["auto", "tape", "kernel"],
    texts: {
      auto: "auto: whichever is faster",
      tape: "tape: op by op, as it is shown",
      kernel: "kernel: each step as one compiled function",
    },
    hint: "both compute the same gradients",
  },
  { name: "seed", path: "init.seed", label: "Seed", type: "number", value: "2147483647", step: "1" },
];

/** The network, and how its parameters start. @type {Field[]} */
export const NETWORK_FIELDS = [
  {
    name: "hidden_sizes", path: "model.hidden_sizes", label: "Hidden layer sizes", value: "64",
    hint: "one number a layer, such as 100 100 100",
  },
  {
    name: "batch_norm", path: "model.batch_norm", label: "Batch norm", options: ["hidden", "none", "all"],
    texts: { hidden: "hidden: before each tanh", none: "none", all: "all: on the logits, too" },
  },
  {
    name: "granularity", path: "model.granularity", label: "Granularity", options: ["atomic", "fused"],
    texts: { atomic: "atomic: every intermediate", fused: "fused: batch norm, cross-entropy as one op" },
  },
  {
    name: "hidden_gain", path: "init.hidden_gain", label: "Hidden gain", value: "5/3",
    hint: "weights start at gain / √fan_in · randn: 10 saturates tanh, 0.5 lets gradients vanish",
  },
  {
    name: "output_scale", path: "init.output_scale", label: "Output scale", value: "0.1",
    hint: `output weights start at scale · randn; “${NOTHING}”: at randn / √fan_in`,
  },
  { name: "bias_scale", path: "init.bias_scale", label: "Initial bias scale", value: "0.1" },
];

export const FIELDS = [...TRAINING_FIELDS, ...NETWORK_FIELDS];

/** A number, or a fraction such as 5/3. What is neither goes to the server as it is, which says so best.
 * @param {string} text @returns {number} */
export function numeric(text) {
  const [, above, below] = /^\s*([\d.]+)\s*\/\s*([\d.]+)\s*$/.exec(text) ?? [];
  const number = above ? Number(above) / Number(below) : Number(text);
  return text.trim() === "" || !Number.isFinite(number) ? /** @type {any} */ (text) : number;
}

/** What was filled in that is not the form's default, to recognise the session by. @param {Record<string, string>} filled */
function differences(filled) {
  return FIELDS.filter(({ name }) => name !== "name" && name !== "dataset")
    .filter(({ name, value, options }) => filled[name].trim() !== (value ?? options?.[0]))
    .map(({ name, label }) => `${label.toLowerCase()} ${filled[name].trim()}`)
    .join(", ").slice(0, 200);
}

/** @param {Record<string, string>} filled @returns {NewSession} */
export function configOf(filled) {
  const { dataset, hidden_sizes, batch_norm, granularity, engine, batch_size, learning_rate, seed } = filled;
  const { hidden_gain, output_scale, bias_scale } = filled;
  const name = filled.name.trim() || differences(filled);
  return {
    ...(name && { name }),
    data: { dataset },
    model: {
      hidden_sizes: hidden_sizes.split(/[\s,]+/).filter(Boolean).map(numeric),
      batch_norm: /** @type {"none" | "hidden" | "all"} */ (batch_norm),
      granularity: /** @type {"atomic" | "fused"} */ (granularity),
    },
    init: {
      seed: numeric(seed),
      hidden_gain: numeric(hidden_gain),
      output_scale: output_scale.trim() === NOTHING ? null : numeric(output_scale),
      bias_scale: numeric(bias_scale),
    },
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
