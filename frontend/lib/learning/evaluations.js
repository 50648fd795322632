/**
 * Losses of whole splits, each of the parameters of one step: what was evaluated in this visit, in order of the steps.
 *
 * @import { EvaluationWanted, FrameInfo, Split, Statistics } from "../../types/wire"
 * @import { Choices } from "../page/choices.js"
 * @import { Store } from "../../store/store.js"
 *
 * @typedef {Partial<Record<Split, number | null>>} Losses  Null: of no example, or not finite.
 * @typedef {{ step: number, statistics: Statistics, losses: Losses }} Evaluation
 */

import { voidFrom } from "../time/void.js";

/** What the splits are called, in the order in which they stand. @type {Record<Split, string>} */
export const SPLITS = { train: "training", validation: "validation", test: "test" };

/** Among the theme's series: the losses of minibatches and the loss of guessing have the first ones. */
const COLORS = [2, 3, 5];

/** The two kinds of statistics that batch norm can take once the minibatch's own are not there. */
export const STATISTICS = /** @type {const} */ ({
  calibrated: {
    text: "calibrated",
    says: "Batch norm takes mean and variance of the whole training split.",
  },
  running: {
    text: "running",
    says: "Batch norm takes the averages collected while training, a thousandth of each minibatch at a time: they lag behind at first.",
  },
});

/** @param {Choices} choices @returns {EvaluationWanted} */
export function wantedOf({ statistics, testsplit }) {
  return {
    splits: testsplit === "on" ? ["train", "validation", "test"] : ["train", "validation"],
    statistics: /** @type {Statistics} */ (statistics),
  };
}

/** With one more; what was known of that step already is completed. @param {Evaluation[]} known @param {Evaluation} added */
export function withEvaluation(known, added) {
  const isSame = (/** @type {Evaluation} */ { step, statistics }) => step === added.step && statistics === added.statistics;
  const same = known.find(isSame);
  const losses = { ...same?.losses, ...added.losses };
  return [...known.filter((each) => !isSame(each)), { ...added, losses }].sort((a, b) => a.step - b.step);
}

/**
 * Those which still hold after a newer frame: not where steps were discarded, nor where a parameter was set by hand,
 * which is known by the loss of a step that has become another.
 * @param {Evaluation[]} known @param {FrameInfo} info @param {FrameInfo | null} before
 */
export function stillTrue(known, info, before) {
  const isSameStep = before?.position.step === info.position.step;
  const isChanged = isSameStep && before.loss !== null && info.loss !== null && before.loss !== info.loss;
  const from = voidFrom(info, before) ?? (isChanged ? info.position.step : null);
  return from === null || !known.some(({ step }) => step >= from) ? known : known.filter(({ step }) => step < from);
}

/**
 * Whether none of a stretch of so many steps has been evaluated yet in which the session stands.
 * @param {Evaluation[]} known @param {{ step: number, every: number, statistics: string }} wanted
 */
export function isDue(known, { step, every, statistics }) {
  const stretch = Math.floor(step / every);
  return !known.some((each) => each.statistics === statistics && Math.floor(each.step / every) === stretch);
}

/** One split's losses over the steps. @param {Evaluation[]} known @param {Split} split @param {string} statistics */
export function curveOf(known, split, statistics) {
  const told = known.filter((each) => each.statistics === statistics && each.losses[split] !== undefined);
  return { x: told.map(({ step }) => step), y: told.map(({ losses }) => losses[split] ?? null) };
}

/** As they are drawn, each split with the number of its colour. @param {Evaluation[]} known @param {string} statistics */
export const evaluatedCurves = (known, statistics) => /** @type {Split[]} */ (Object.keys(SPLITS))
  .map((split, i) => ({ name: `${SPLITS[split]} split`, color: COLORS[i], ...curveOf(known, split, statistics) }))
  .filter(({ x }) => x.length);

/** The newest of these statistics, by step, up to where one stands. @param {Evaluation[]} known @param {string} statistics @param {number} here */
export const newest = (known, statistics, here) =>
  known.findLast((each) => each.statistics === statistics && each.step <= here) ?? null;

/** As unsure as among so many characters that are all equally likely. @param {number | null | undefined} loss */
export const perplexity = (loss) => (loss === null || loss === undefined ? null : Math.exp(loss));

/** Those of the open session. Reads signals. @param {Pick<Store, "session" | "evaluations">} store @returns {Evaluation[]} */
export const evaluationsOf = ({ session, evaluations }) => evaluations.value.get(session.value?.id ?? "") ?? NONE;

/** @type {Evaluation[]} */
const NONE = [];
