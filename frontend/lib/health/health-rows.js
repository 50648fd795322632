/**
 * Of what health is told: a row for each hidden layer and each parameter, with the numbers of one moment.
 *
 * @import { Frame } from "../../frames.js"
 * @import { Network, Summary } from "../../types/wire"
 * @import { Measure, Verdict } from "./health.js"
 *
 * @typedef {object} Row
 * @property {Measure["of"]} of
 * @property {string} tensor
 * @property {string} gradient
 * @property {boolean} isWeight  Parameters that are multiplied with: what is small in itself is judged by no ratio.
 * @property {number} units  Columns.
 * @property {number} layer  Of a layer; 0 of a parameter.
 *
 * @typedef {object} Cell
 * @property {string} key  The server's metric.
 * @property {Row} row
 * @property {Measure} measure
 *
 * @typedef {object} Reading
 * @property {number | null} value  null: not known at this position.
 * @property {Verdict | null} verdict
 */

import { read, summary } from "../views.js";
import { measuresOf, verdictOf } from "./health.js";
import { saturatedShare } from "./saturation.js";

/** @param {Network} network @returns {Row[]} */
export function rowsOf({ calls, gradients, activations }) {
  const shapes = new Map(gradients.map(({ tensor, shape }) => [tensor, shape]));
  const computed = new Set(calls.map(({ output }) => output));
  // As the forward pass comes to them.
  const trained = new Set(calls.flatMap(({ inputs }) => inputs.map(({ tensor }) => tensor))
    .filter((tensor) => shapes.has(tensor) && !computed.has(tensor)));
  const units = (/** @type {string} */ tensor) => shapes.get(tensor)?.at(-1) ?? 1;
  const layers = activations.map(({ layer, output }) => (
    { of: /** @type {const} */ ("layer"), tensor: output, gradient: `d${output}`, isWeight: false, units: units(output), layer }));
  const parameters = [...trained].map((tensor) => ({
    of: /** @type {const} */ ("parameter"), tensor, gradient: `d${tensor}`, units: units(tensor), layer: 0,
    isWeight: shapes.get(tensor)?.length === 2 && shapes.get(tensor)?.[0] !== 1,
  }));
  return [...layers, ...parameters];
}

/** @param {Row[]} rows @returns {Cell[]} */
export const cellsOf = (rows) => rows.flatMap((row) =>
  measuresOf(row.of).map((measure) => ({ key: `${measure.name}.${row.tensor}`, row, measure })));

/** @param {Row[]} rows */
export const viewsOf = (rows) => rows.flatMap(({ tensor, gradient }) => [summary(tensor), summary(gradient)]);

/** @param {Frame | null} frame @param {string} tensor @returns {Summary | null} */
const numbersOf = (frame, tensor) => {
  const view = read(frame, summary(tensor));
  return view?.info.known ? view.info.summary ?? null : null;
};

/** What REST and the stream cannot write as a number is not finite. @param {number | null | undefined} value */
const finite = (value) => value ?? NaN;

/** Where some of the numbers are not finite, what is told of the others would be no measure of all. @param {Summary} numbers */
const isWhole = ({ nan, infinite }) => nan + infinite === 0;

/** @type {Record<string, (value: Summary, gradient: Summary, rate: number) => number>} */
const FROM_BOTH = {
  gradient_std: (_value, gradient) => finite(gradient.std),
  grad_data: (value, gradient) => Math.log10(finite(gradient.std) / finite(value.std)),
  update_ratio: (value, gradient, rate) => Math.log10((rate * finite(gradient.std)) / finite(value.std)),
  gradient_norm: (_value, gradient) => finite(gradient.norm),
};

/** @type {Record<string, (value: Summary) => number>} */
const FROM_VALUE = {
  mean: (value) => finite(value.mean),
  std: (value) => finite(value.std),
  saturation: (value) => finite(saturatedShare(value)),
  dead_units: (value) => finite(value.dead),
};

/**
 * What a measure is at this moment, as the server would measure it: null where it is not known yet, or makes no sense.
 * @param {Cell} cell @param {Frame | null} frame @returns {number | null}
 */
export function valueOf({ row, measure }, frame) {
  const value = numbersOf(frame, row.tensor);
  if (!value || !frame) return null;
  const { name } = measure;
  // A single number has no spread.
  const isSingle = value.std === null && isWhole(value) && value.mean !== null;
  if (isSingle && name !== "mean" && name !== "gradient_norm") return null;
  if (name in FROM_VALUE) return isWhole(value) ? FROM_VALUE[name](value) : NaN;
  const gradient = numbersOf(frame, row.gradient);
  if (!gradient) return null;
  return isWhole(value) && isWhole(gradient) ? FROM_BOTH[name](value, gradient, frame.info.training.learning_rate) : NaN;
}

/**
 * What the thresholds are about, null where nothing is to be judged.
 * @param {Cell} cell @param {number} value
 * @param {{ last: number | null, running: number }} besides
 *   The last hidden layer's gradient std, and the running mean of this measure.
 */
function judged({ row, measure }, value, { last, running }) {
  if (!measure.stretches.length) return null;
  if (!Number.isFinite(value) && value !== -Infinity) return value;
  if (measure.name === "mean") return Math.abs(value);
  if (measure.name === "dead_units") return value / row.units;
  if (measure.name === "gradient_std") return last === null ? null : value / last;
  if (measure.name === "gradient_norm") return running > 0 ? value / running : null;
  if (measure.name === "grad_data" || measure.name === "update_ratio") return row.isWeight ? value : null;
  return value;
}

/**
 * Every cell's number and verdict.
 * @param {Cell[]} cells @param {Frame | null} frame @param {(key: string) => number} runningOf @returns {Map<string, Reading>}
 */
export function readingsOf(cells, frame, runningOf) {
  const values = new Map(cells.map((cell) => [cell.key, valueOf(cell, frame)]));
  const layers = cells.filter(({ row, measure }) => row.of === "layer" && measure.name === "gradient_std");
  const last = layers.length > 1 ? values.get(layers[layers.length - 1].key) ?? null : null;
  return new Map(cells.map((cell) => {
    const value = values.get(cell.key) ?? null;
    const about = value === null ? null : judged(cell, value, { last, running: runningOf(cell.key) });
    // A number without thresholds is still bad where it is none.
    const verdict = value !== null && Number.isNaN(value) ? verdictOf(cell.measure, NaN) : about === null ? null : verdictOf(cell.measure, about);
    return [cell.key, { value, verdict }];
  }));
}
