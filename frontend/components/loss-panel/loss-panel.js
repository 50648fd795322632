/**
 * The loss of each step's minibatch, raw and smoothed.
 *
 * @import { Store } from "../../store.js"
 * @import { Range } from "../../types/plotly"
 */

import { lines } from "../../figures/lines.js";
import { element } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { toSeries } from "../../lib/history.js";
import { notFiniteSince, stepsPerPoint } from "../../lib/losses.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { smooth } from "../../lib/smoothing.js";
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
  /** @type {Range | null} */
  #steps = null;
  /** @type {Range | null} */
  #losses = null;

  constructor() {
    super("Loss", "The mean of −log(probability of the target), for each minibatch.");
  }

  /** @override @param {Store} store */
  controls({ actions }) {
    this.#log.addEventListener("change", () => actions.choose("loss", this.#log.checked ? "log" : "linear"));
    return [element("label", { class: "check" }, this.#log, "log scale")];
  }

  /** @override */
  body() {
    return [this.#plot];
  }

  /** @override @param {Store} store */
  update({ history, dataset, choices, heading, lastStep }) {
    const logY = choices.value.loss === "log";
    if (this.#log.checked !== logY) this.#losses = null;
    this.#log.checked = logY;
    const { step, mean, min, max } = toSeries(history.value);
    if (!step.length) {
      this.#steps = null;
      this.#losses = null;
      drawMessage(this.#plot, TITLE, "No step has been taken yet");
      return;
    }
    const since = notFiniteSince({ step, mean });
    const title = since === null ? TITLE : `${TITLE}: not finite since step ${whole(since)}`;
    const shared = stepsPerPoint(history.value);
    const characters = dataset.value?.characters.length ?? 1;
    const uniform = Math.log(characters);
    const last = lastStep.value;
    const here = heading.value?.step ?? last;
    const steps = stickyRange(this.#steps, [0, Math.max(step[step.length - 1], FEWEST_STEPS)], { from: 0 });
    const losses = stickyRange(this.#losses, extent(min, max, AROUND.map((away) => uniform + away)), { log: logY });
    this.#steps = steps;
    this.#losses = losses;
    const average = `smoothed over ~${whole(SMOOTHED_POINTS * shared.steps)} steps`;
    const guessing = `guessing: ln ${characters} = ${uniform.toFixed(2)}`;
    const smoothed = smooth(mean, SMOOTHING);
    this.#plot.draw((_detail, theme) => lines({
      series: [
        { name: shared.text, x: step, y: mean, min, max, color: theme.series[6] },
        { name: average, x: step, y: smoothed, color: theme.series[0] },
      ],
      levels: [{ name: guessing, value: uniform, color: theme.series[1] }],
      stand: here < last ? { step: here, text: `step ${whole(here)}` } : null,
      title, theme, yTitle: "loss (nats)", logY, xRange: [-BEFORE * steps[1], steps[1]], yRange: losses,
    }));
  }
}

customElements.define("loss-panel", LossPanel);
