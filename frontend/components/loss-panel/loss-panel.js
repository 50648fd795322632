/**
 * The loss of each step's minibatch, raw and smoothed, and what whole splits had at the steps where they were evaluated.
 *
 * @import { Choices } from "../../lib/page/choices.js"
 * @import { Store } from "../../store/store.js"
 * @import { Series } from "../../types/wire"
 * @import { Range } from "../../types/plotly"
 */

import { lines } from "../../figures/lines.js";
import { element } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { evaluatedCurves, evaluationsOf } from "../../lib/learning/evaluations.js";
import { toSeries } from "../../lib/learning/history.js";
import { notFiniteSince, stepsPerPoint } from "../../lib/learning/losses.js";
import { smooth } from "../../lib/learning/smoothing.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { drawMessage, livePlot, Panel } from "../panel/panel.js";

const TITLE = "Loss of the minibatch";
/** The axis begins with room for as many. */
const FEWEST_STEPS = 10;
/** Room about the loss of guessing, where every run begins. */
const AROUND = [-0.4, 0.2];
/** The weight of the past, and over about how many points it so takes the mean: 1 / (1 − 0.95). */
const SMOOTHING = 0.95;
const SMOOTHED_POINTS = 20;
/** The share of the axis before step 0: there the first point would be cut in half. */
const BEFORE = 0.02;

export class LossPanel extends Panel {
  #plot = livePlot({ id: "loss-plot" });
  #log = element("input", { type: "checkbox", id: "loss-log" });
  #each = element("input", { type: "checkbox", id: "loss-each" });
  #smoothed = element("input", { type: "checkbox", id: "loss-smoothed" });
  /** @type {Range | null} */
  #steps = null;
  /** @type {Range | null} */
  #losses = null;
  /** What the range of the losses is of. */
  #followed = "";

  constructor() {
    super("Loss", "The mean of −log(probability of the target), for each minibatch.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    this.#log.addEventListener("change", () => actions.choose("loss", this.#log.checked ? "log" : "linear"));
    for (const box of [this.#each, this.#smoothed]) {
      box.addEventListener("change", () =>
        actions.choose("curve", this.#each.checked ? (this.#smoothed.checked ? "both" : "each") : "smoothed"));
    }
    return [
      element("label", { class: "check" }, this.#each, "each step"),
      element("label", { class: "check" }, this.#smoothed, "smoothed"),
      element("label", { class: "check" }, this.#log, "log scale"),
    ];
  }

  /** @override */
  body() {
    return [this.#plot];
  }

  /** @override @param {Store} store */
  update(store) {
    const { history, choices } = store;
    this.#follow(choices.value);
    const losses = toSeries(history.value);
    if (losses.step.length) return this.#draw(store, losses, evaluatedCurves(evaluationsOf(store), choices.value.statistics));
    this.#steps = null;
    this.#losses = null;
    drawMessage(this.#plot, TITLE, "No step has been taken yet");
  }

  /** @param {Choices} choices */
  #follow({ loss, curve }) {
    this.#log.checked = loss === "log";
    this.#each.checked = curve !== "smoothed";
    this.#smoothed.checked = curve !== "each";
    // One of them stays.
    this.#each.disabled = curve === "each";
    this.#smoothed.disabled = curve === "smoothed";
    if (this.#followed !== loss + curve) this.#losses = null;
    this.#followed = loss + curve;
  }

  /** @param {Store} store @param {Series} losses @param {ReturnType<typeof evaluatedCurves>} evaluated */
  #draw({ history, dataset, heading, lastStep }, { step, mean, min, max }, evaluated) {
    const since = notFiniteSince({ step, mean });
    const title = since === null ? TITLE : `${TITLE}: not finite since step ${whole(since)}`;
    const shared = stepsPerPoint(history.value);
    const characters = dataset.value?.characters.length ?? 1;
    const uniform = Math.log(characters);
    const last = lastStep.value;
    const here = heading.value?.step ?? last;
    const smoothed = smooth(mean, SMOOTHING);
    const [withEach, withSmoothed, logY] = [this.#each, this.#smoothed, this.#log].map(({ checked }) => checked);
    const told = extent(...(withEach ? [min, max] : [smoothed]), ...evaluated.map(({ y }) => y), AROUND.map((away) => uniform + away));
    const steps = stickyRange(this.#steps, [0, Math.max(step[step.length - 1], FEWEST_STEPS)], { from: 0 });
    const losses = stickyRange(this.#losses, told, { log: logY });
    this.#steps = steps;
    this.#losses = losses;
    const average = `smoothed, ~${whole(SMOOTHED_POINTS * shared.steps)} steps`;
    const guessing = `guessing: ln ${characters} = ${uniform.toFixed(2)}`;
    this.#plot.draw((_detail, theme) => lines({
      series: [
        ...(withEach ? [{ name: shared.text, x: step, y: mean, min, max, color: theme.series[6] }] : []),
        ...(withSmoothed ? [{ name: average, x: step, y: smoothed, color: theme.series[0] }] : []),
        ...evaluated.map(({ color, ...line }) => ({ ...line, color: theme.series[color] })),
      ],
      levels: [{ name: guessing, value: uniform, color: theme.series[1] }],
      stand: here < last ? { step: here, text: `step ${whole(here)}` } : null,
      title, theme, yTitle: "loss (nats)", logY, xRange: [-BEFORE * steps[1], steps[1]], yRange: losses,
    }));
  }
}

customElements.define("loss-panel", LossPanel);
