/**
 * What tells whether a layer or a parameter learns, in one table: each measure with its verdicts, why, and what to try.
 * docs/health.md shows it as it is here. What to measure, and why, is from the literature that is named; but for the −3 of
 * update:data, where exactly fine ends is a rule of thumb of this page.
 *
 * @typedef {"fine" | "watch" | "bad"} Level
 *
 * @typedef {object} Stretch  From here up to where the next one begins.
 * @property {number} from
 * @property {Level} level
 * @property {string} why
 * @property {string} [tip]  What to try.
 *
 * @typedef {object} Measure
 * @property {string} name  The server's metric is `name.tensor`.
 * @property {string} title  At the head of its column.
 * @property {"layer" | "parameter"} of
 * @property {string} says  What it is.
 * @property {string} judged  What its thresholds count, as a person writes it; empty: it has none.
 * @property {Stretch[]} stretches  The first one from −∞ on; none: there is no telling from this number alone.
 * @property {string} source  Who measures it, and why.
 * @property {boolean} [log]  Drawn on a logarithmic axis.
 * @property {{ value: number, text: string }} [level]  What it is measured against.
 *
 * @typedef {{ level: Level, why: string, tip?: string }} Verdict
 */

const LECTURE = "Karpathy, “Zero to Hero”, lecture 4 (makemore part 3)";
const GLOROT = "Glorot and Bengio (2010)";
const LECUN = "LeCun et al. (1998), “Efficient BackProp”, section 4.3";
const PASCANU = "Pascanu, Mikolov and Bengio (2013)";

/** What is said of each level: never a colour alone. @type {Record<Level, { icon: string, text: string }>} */
export const LEVELS = {
  fine: { icon: "✓", text: "fine" },
  watch: { icon: "!", text: "watch" },
  bad: { icon: "✕", text: "bad" },
};

/** @type {Measure[]} */
export const MEASURES = [
  {
    name: "mean", title: "mean", of: "layer", says: "the mean of h over the minibatch and all units",
    judged: "|mean of h|", source: LECUN,
    stretches: [
      { from: -Infinity, level: "fine", why: "The outputs are centred on zero." },
      { from: 0.3, level: "watch", why: "The outputs lean to one side, so the next layer's weights are pushed the same way.",
        tip: "batch norm, or a smaller bias" },
      { from: 0.6, level: "bad", why: "Most outputs have one sign: the next layer sees little but a constant.",
        tip: "batch norm, or a smaller bias" },
    ],
  },
  {
    name: "std", title: "std", of: "layer", says: "the standard deviation of h over the minibatch and all units",
    judged: "std of h", source: `${LECTURE}; ${GLOROT}`,
    stretches: [
      { from: -Infinity, level: "bad", why: "The signal has all but vanished: what it is multiplied with gets no gradient.",
        tip: "a larger hidden gain (5/3 for tanh), or batch norm" },
      { from: 0.1, level: "watch", why: "The signal shrinks: tanh is nearly a straight line here.",
        tip: "a larger hidden gain (5/3 for tanh), or batch norm" },
      { from: 0.3, level: "fine", why: "tanh is used where it bends." },
      { from: 0.85, level: "watch", why: "Most outputs are near −1 or 1.", tip: "a smaller hidden gain, or batch norm" },
      { from: 0.95, level: "bad", why: "Nearly all outputs are −1 or 1: hardly any gradient passes.",
        tip: "a smaller hidden gain, or batch norm" },
    ],
  },
  {
    name: "saturation", title: "saturated", of: "layer", says: "the share of outputs with |h| > 0.97",
    judged: "share of |h| > 0.97", source: LECTURE,
    stretches: [
      { from: -Infinity, level: "fine", why: "Gradient passes nearly everywhere." },
      { from: 0.05, level: "watch", why: "Where |h| > 0.97, tanh passes less than 6 % of the gradient.",
        tip: "a smaller hidden gain, or batch norm" },
      { from: 0.2, level: "bad", why: "So much of the layer is flat that it learns slowly.",
        tip: "a smaller hidden gain, or batch norm" },
    ],
  },
  {
    name: "dead_units", title: "dead units", of: "layer", says: "how many units are saturated for every example of the minibatch",
    judged: "share of the layer's units", source: LECTURE,
    stretches: [
      { from: -Infinity, level: "fine", why: "Every unit passes gradient for some example." },
      { from: Number.MIN_VALUE, level: "watch", why: "A unit that is flat for every example gets hardly any gradient.",
        tip: "see whether it stays so over other minibatches; a smaller hidden gain or learning rate" },
      { from: 0.05, level: "bad", why: "A part of the layer no longer learns.",
        tip: "a smaller hidden gain or learning rate, or batch norm" },
    ],
  },
  {
    name: "gradient_std", title: "gradient std", of: "layer", says: "the standard deviation of dh", log: true,
    judged: "ratio to the last hidden layer's", source: `${GLOROT}; ${LECTURE}`,
    stretches: [
      { from: -Infinity, level: "bad", why: "The gradient has vanished on its way back to this layer.",
        tip: "a larger hidden gain, batch norm, or fewer layers" },
      { from: 0.01, level: "watch", why: "The gradient shrinks on its way back.", tip: "a larger hidden gain, or batch norm" },
      { from: 0.1, level: "fine", why: "The gradient is about as large as at the last hidden layer." },
      { from: 10, level: "watch", why: "The gradient grows on its way back.", tip: "a smaller hidden gain, or batch norm" },
      { from: 100, level: "bad", why: "The gradient explodes on its way back.", tip: "a smaller hidden gain, batch norm, or clipping" },
    ],
  },
  {
    name: "mean", title: "mean", of: "parameter", says: "the mean of the parameter's numbers",
    judged: "", source: "", stretches: [],
  },
  {
    name: "std", title: "std", of: "parameter", says: "the standard deviation of the parameter's numbers",
    judged: "", source: "", stretches: [],
  },
  {
    name: "gradient_std", title: "gradient std", of: "parameter", says: "the standard deviation of the parameter's gradient",
    log: true, judged: "", source: "", stretches: [],
  },
  {
    name: "grad_data", title: "grad:data", of: "parameter",
    says: "log₁₀ of std(gradient) / std(parameter), whatever the learning rate",
    judged: "weights only: log₁₀ of the ratio", source: LECTURE,
    stretches: [
      { from: -Infinity, level: "watch", why: "The gradient is less than a millionth of what it is to change.",
        tip: "look where it vanishes on the way back" },
      { from: -6, level: "fine", why: "The gradient is small beside what it is to change." },
      { from: 0, level: "watch", why: "The gradient is larger than what it is to change.", tip: "a smaller learning rate, or clipping" },
      { from: 1, level: "bad", why: "The gradient is more than ten times as large as what it is to change.", tip: "clipping, or another start" },
    ],
  },
  {
    name: "update_ratio", title: "update:data", of: "parameter",
    says: "log₁₀ of std(learning rate · gradient) / std(parameter): how far a step goes",
    level: { value: -3, text: "−3: a thousandth" }, judged: "weights only: log₁₀ of the ratio",
    source: `${LECTURE}: about −3`,
    stretches: [
      { from: -Infinity, level: "bad", why: "A step changes next to nothing: it hardly learns.", tip: "a larger learning rate" },
      { from: -4.5, level: "watch", why: "A step is short: it learns slowly.", tip: "a larger learning rate" },
      { from: -3.5, level: "fine", why: "A step is about a thousandth of the parameter." },
      { from: -2.5, level: "watch",
        why: "A step is long. The output layer's often is in the beginning, since it starts small on purpose.",
        tip: "see whether it comes down; else a smaller learning rate" },
      { from: -1, level: "bad", why: "A step is more than a tenth of the parameter.", tip: "a smaller learning rate, or clipping" },
    ],
  },
  {
    name: "gradient_norm", title: "gradient norm", of: "parameter", log: true,
    says: "the Euclidean norm of the parameter's gradient; beneath it, the running mean of those measured",
    judged: "ratio to its running mean", source: PASCANU,
    stretches: [
      { from: -Infinity, level: "fine", why: "The gradient is about as large as it was." },
      { from: 3, level: "watch", why: "This gradient is far larger than those before.", tip: "clipping, if it happens again" },
      { from: 10, level: "bad", why: "The gradient explodes.", tip: "clipping, or a smaller learning rate" },
    ],
  },
];

/** @param {Measure["of"]} of */
export const measuresOf = (of) => MEASURES.filter((measure) => measure.of === of);

const NOT_FINITE = { level: /** @type {const} */ ("bad"), why: "NaN or infinity: training has diverged.",
  tip: "go back to where it was finite, and on with a smaller learning rate" };

/** @param {Measure} measure @param {number} judged @returns {Verdict | null} null: there is no telling. */
export function verdictOf({ stretches }, judged) {
  if (!Number.isFinite(judged) && judged !== -Infinity) return NOT_FINITE;
  return stretches.findLast(({ from }) => judged >= from) ?? null;
}

/** The worst first. @type {Level[]} */
const ORDER = ["bad", "watch", "fine"];

/** @param {(Verdict | null)[]} verdicts @returns {Level | null} */
export const worstOf = (verdicts) => ORDER.find((level) => verdicts.some((verdict) => verdict?.level === level)) ?? null;

/** A stretch's bounds as a person writes them: `0.05 to 0.2`. @param {Measure} measure @param {number} index */
export function boundsText({ name, stretches }, index) {
  const { from } = stretches[index];
  const to = stretches[index + 1]?.from;
  const percent = name === "saturation" || name === "dead_units";
  const text = (/** @type {number} */ bound) =>
    (bound < 1e-300 && bound > 0 ? "0" : percent ? `${100 * bound} %` : String(bound).replace("-", "−"));
  if (from === -Infinity) return to === Number.MIN_VALUE ? "0" : `below ${text(to)}`;
  if (from === Number.MIN_VALUE) return `up to ${text(to)}`;
  return to === undefined ? `${text(from)} and more` : `${text(from)} to ${text(to)}`;
}
