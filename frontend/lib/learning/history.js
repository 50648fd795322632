/**
 * A metric over all steps in bounded memory: steps share buckets, and when there are too many buckets, neighbours join.
 * Minimum and maximum of a bucket stay true, so no spike is lost.
 *
 * @import { Series } from "../../types/wire"
 */

export const MOST_BUCKETS = 2000;
/** While training runs all of them are painted anew in every frame: about as many as a plot has pixels will do. */
export const BUCKETS_RUNNING = 1000;

/**
 * @typedef {object} Bucket
 * @property {number} step  The first step in it.
 * @property {number} steps  How many steps share it.
 * @property {number | null} mean
 * @property {number | null} min
 * @property {number | null} max
 *
 * @typedef {object} History
 * @property {number} width  Every bucket lies within one stretch of so many steps, or came as wide as it is.
 * @property {Bucket[]} buckets  The steps that are over.
 * @property {Bucket | null} present
 *   The last step there is, where its value is known. It is held apart, since it changes whenever a parameter is set
 *   by hand there.
 */

/** @type {History} */
export const EMPTY = { width: 1, buckets: [], present: null };

/** @param {number} step @param {number | null} value @returns {Bucket} */
const single = (step, value) => ({ step, steps: 1, mean: value, min: value, max: value });

/**
 * The buckets of a series: each one's steps reach to where the next one begins, the last one's to `end`.
 * @param {Series} series @param {number} end @returns {Bucket[]}
 */
function bucketsOf({ step, mean, min, max }, end) {
  return step.map((first, i) => (
    { step: first, steps: (step[i + 1] ?? end) - first, mean: mean[i], min: min[i], max: max[i] }
  ));
}

/**
 * One bucket of two neighbours. A value that is not finite (null) has no say in mean and range.
 * @param {Bucket} a @param {Bucket} b @returns {Bucket}
 */
function join(a, b) {
  const steps = a.steps + b.steps;
  if (a.mean === null) return { ...b, step: a.step, steps };
  if (b.mean === null) return { ...a, steps };
  return {
    step: a.step,
    steps,
    mean: (a.mean * a.steps + b.mean * b.steps) / steps,
    min: Math.min(a.min ?? a.mean, b.min ?? b.mean),
    max: Math.max(a.max ?? a.mean, b.max ?? b.mean),
  };
}

/**
 * Buckets, and more that come after them, of which neighbours join.
 * @param {Bucket[]} held  Joined already. @param {Bucket[]} buckets @param {number} width @returns {Bucket[]}
 */
function joinOnto(held, buckets, width) {
  const joined = [...held];
  for (const next of buckets) {
    const last = joined.at(-1);
    if (last && Math.floor(last.step / width) === Math.floor(next.step / width)) {
      joined[joined.length - 1] = join(last, next);
    } else {
      joined.push(next);
    }
  }
  return joined;
}

/** The first step after the last bucket. @param {Bucket[]} buckets */
function endOf(buckets) {
  const last = buckets.at(-1);
  return last ? last.step + last.steps : 0;
}

/**
 * The history, then of these buckets what comes after it: each step counts once.
 * @param {History} history @param {Bucket[]} buckets @param {Bucket | null} present @param {number} [most]
 * @returns {History}
 */
function extend({ width, buckets: held }, buckets, present, most = MOST_BUCKETS) {
  const from = endOf(held);
  const news = buckets.filter(({ step, steps }) => step + steps > from).map((bucket) => {
    const step = Math.max(bucket.step, from);
    return { ...bucket, step, steps: bucket.step + bucket.steps - step };
  });
  let joined = joinOnto(held, news, width);
  while (joined.length > most) joined = joinOnto([], joined, (width *= 2));
  return { width, buckets: joined, present };
}

/**
 * The history with what a session tells that has come to a step. Of the steps before it, those which the history holds
 * already are left as they are.
 * @param {History} history
 * @param {Series} series
 * @param {{ step: number, loss: number | null }} last
 *   The last step there is; `loss` is null where it is not told beside the series, not known, or not finite.
 * @param {number} [most]  buckets
 * @returns {History}
 */
export function append(history, series, { step, loss }, most = MOST_BUCKETS) {
  const over = bucketsOf(series, step).filter((bucket) => bucket.step < step);
  const last = series.step.length - 1;
  const mean = series.mean[last] ?? null;
  if (series.step[last] === step) return extend(history, over, single(step, mean), most);
  // Many steps share the last bucket. The last one's own value is the one the session tells beside it, where it is
  // known; the bucket has it too, and keeps the others.
  if (loss === null) return extend(history, over, last >= 0 && mean === null ? single(step, null) : null, most);
  const shared = over.at(-1);
  if (shared && mean !== null) shared.mean = mean + (mean - loss) / shared.steps;
  return extend(history, over, single(step, loss), most);
}

/**
 * What is left of a history when all from a step on has become void: a bucket that reaches beyond it goes as a whole,
 * since what it holds of the void cannot be told apart.
 * @param {History} history @param {number} step @returns {History}
 */
export function cut(history, step) {
  const { buckets, present } = history;
  if (endOf(buckets) <= step && (present === null || present.step < step)) return history;
  return { ...history, buckets: buckets.filter((bucket) => bucket.step + bucket.steps <= step), present: null };
}

/**
 * Whether one step of the last bucket is not finite while others are: which one it is cannot be seen there.
 * @param {Series} series
 */
export const isBlurred = ({ mean, min }) => mean.at(-1) === null && min.at(-1) !== null;

/** Whether steps are missing between the history and a series. @param {History} history @param {Series} series */
export const isGap = ({ buckets }, series) => series.step[0] > endOf(buckets);

/** A bucket that neighbours were joined into is at most about so many times as wide as it would be among equals. */
const JOINED = 3;

/** Whether as many buckets as there may be would tell clearly more, somewhere. @param {History} history */
export function isCoarse({ buckets }) {
  const all = endOf(buckets);
  return buckets.some(({ steps }) => steps > (all <= MOST_BUCKETS ? 1 : (JOINED * all) / MOST_BUCKETS));
}

/** The history of the steps before `end`. @param {Series} series @param {number} end @returns {History} */
export const past = (series, end) => extend(EMPTY, bucketsOf(series, end), null);

/** A past, and what a history has after it. @param {History} past @param {History} history */
export const continued = (past, { buckets, present }) => extend(past, buckets, present);

/** Histories never change: whoever wants one's columns finds them made. @type {WeakMap<History, Series>} */
const columnsOf = new WeakMap();

/** As columns again. @param {History} history @returns {Series} */
export function toSeries(history) {
  const made = columnsOf.get(history);
  if (made) return made;
  const { buckets, present } = history;
  const all = present ? [...buckets, present] : buckets;
  const columns = {
    step: all.map(({ step }) => step),
    mean: all.map(({ mean }) => mean),
    min: all.map(({ min }) => min),
    max: all.map(({ max }) => max),
  };
  columnsOf.set(history, columns);
  return columns;
}
