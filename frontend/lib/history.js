/**
 * A metric over all steps in bounded memory: steps share buckets, and when there are too many buckets, neighbours join.
 * Minimum and maximum of a bucket stay true, so no spike is lost.
 *
 * @import { Series } from "../types/wire"
 */

const MOST_BUCKETS = 2000;

/**
 * @typedef {object} Bucket
 * @property {number} step  The first step in it.
 * @property {number} steps  How many steps share it.
 * @property {number | null} mean
 * @property {number | null} min
 * @property {number | null} max
 *
 * @typedef {{ width: number, buckets: Bucket[] }} History
 *   Every bucket lies within one stretch of `width` steps.
 */

/** @type {History} */
export const EMPTY = { width: 1, buckets: [] };

/**
 * The buckets of a series: each one's steps reach to where the next one begins, the last one's are not known.
 * @param {Series} series @returns {Bucket[]}
 */
function bucketsOf({ step, mean, min, max }) {
  return step.map((first, i) => (
    { step: first, steps: (step[i + 1] ?? first + 1) - first, mean: mean[i], min: min[i], max: max[i] }
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

/** @param {Bucket[]} buckets @param {number} width @returns {Bucket[]} */
function joinWithin(buckets, width) {
  /** @type {Bucket[]} */
  const joined = [];
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

/**
 * The history with what a series adds to it. Of the steps that it holds already only the last is taken anew: its loss
 * changes when its parameters are set by hand.
 * @param {History} history @param {Series} series @returns {History}
 */
export function append({ width, buckets }, series) {
  const again = buckets.at(-1)?.steps === 1 && buckets.at(-1)?.step === series.step[0];
  if (again) buckets = buckets.slice(0, -1);
  const last = buckets.at(-1);
  const news = bucketsOf(series).filter((bucket) => !last || bucket.step >= last.step + last.steps);
  if (!news.length) return { width, buckets };
  let joined = joinWithin([...buckets, ...news], width);
  while (joined.length > MOST_BUCKETS) joined = joinWithin(joined, (width *= 2));
  return { width, buckets: joined };
}

/** As columns again. @param {History} history @returns {Series} */
export function toSeries({ buckets }) {
  return {
    step: buckets.map(({ step }) => step),
    mean: buckets.map(({ mean }) => mean),
    min: buckets.map(({ min }) => min),
    max: buckets.map(({ max }) => max),
  };
}
