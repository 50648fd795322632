/**
 * What a session can be tried again with, one thing changed: a learning rate from a step on, which makes a branch, or
 * a field of its config, which makes a session from step 0 on with the same seed.
 *
 * @import { Config, Session } from "../../types/wire"
 * @import { NewSession } from "../../api.js"
 */

import { NOTHING, numeric } from "../time/new-session.js";

/**
 * @typedef {object} Change
 * @property {string} name  The path in the config; of the learning rate no path, since it is changed on the way.
 * @property {string} label
 * @property {{ value: string, text: string }[]} [options]  Where there are only so many.
 * @property {string} hint
 */

export const LEARNING_RATE = "learning_rate";

const SAME_DRAWS = "From step 0, with the same seed: the same numbers are drawn, and the same minibatches.";
const FEWER_DRAWS = "From step 0, with the same seed. One that has no biases draws fewer numbers from it, so other "
  + "weights and minibatches follow; an initial bias scale of 0 leaves the draws as they are.";
const YES_OR_NO = [{ value: "true", text: "yes" }, { value: "false", text: "no" }];

/** @param {...string} values */
const named = (...values) => values.map((value) => ({ value, text: value }));

/** @type {Change[]} */
export const CHANGES = [
  { name: LEARNING_RATE, label: "Learning rate", hint: "The past is shared; from there on the branch takes other steps." },
  {
    name: "model.batch_norm", label: "Batch norm", options: named("none", "hidden", "all"),
    hint: "From step 0, with the same seed. Gain and bias of batch norm come from a generator of their own, so the "
      + "minibatches stay the same.",
  },
  { name: "init.hidden_gain", label: "Hidden gain", hint: SAME_DRAWS },
  { name: "init.output_scale", label: "Output scale", hint: `${SAME_DRAWS} “${NOTHING}” stands for 1 / √fan_in.` },
  { name: "init.bias_scale", label: "Initial bias scale", hint: SAME_DRAWS },
  { name: "model.hidden_bias", label: "Hidden biases", options: YES_OR_NO, hint: FEWER_DRAWS },
  { name: "model.output_bias", label: "Output bias", options: YES_OR_NO, hint: FEWER_DRAWS },
  {
    name: "model.granularity", label: "Granularity", options: named("atomic", "fused"),
    hint: "From step 0, with the same seed: the same network, with batch norm and cross-entropy as many ops or as one.",
  },
  {
    name: "training.engine", label: "Engine", options: named("auto", "tape", "kernel"),
    hint: "From step 0, with the same seed: the same steps, whose last bits differ from engine to engine.",
  },
];

/** @param {string} path */
const parts = (path) => /** @type {[keyof Config, string]} */ (path.split("."));

/** What it is in a session, as the form writes it. @param {string} name @param {Pick<Session, "config" | "training">} session */
export function valueOf(name, { config, training }) {
  if (name === LEARNING_RATE) return String(training.learning_rate);
  const [section, field] = parts(name);
  return String(/** @type {any} */ (config)[section][field] ?? NOTHING);
}

/** What was filled in, as the config has it; what makes no sense goes as it is to the server, which says so best.
 * @param {string} filled */
function parsed(filled) {
  const fixed = { true: true, false: false, [NOTHING]: null };
  const text = filled.trim();
  return text in fixed ? fixed[/** @type {keyof typeof fixed} */ (text)] : numeric(text);
}

/**
 * The config with one field changed, and named after it.
 * @param {Pick<Session, "config" | "name">} session @param {string} name @param {string} filled @returns {NewSession}
 */
export function changedConfig({ config, name: original }, name, filled) {
  const [section, field] = parts(name);
  const { label, options } = /** @type {Change} */ (CHANGES.find((change) => change.name === name));
  // "none" is a batch norm, too: what is chosen from texts stays one.
  const value = options && options !== YES_OR_NO ? filled : parsed(filled);
  const text = options?.find((option) => option.value === filled)?.text ?? filled.trim();
  return {
    ...config,
    name: titled(original, label, text),
    [section]: { .../** @type {object} */ (config[section]), [field]: value },
  };
}

/** A name for the changed session, which people will recognise it by. @param {string} name @param {string} label @param {string} text */
export const titled = (name, label, text) => {
  const change = `, ${label.toLowerCase()} ${text}`;
  return name.slice(0, Math.max(1, 200 - change.length)) + change;
};
