/**
 * The losses of both sessions in one plot.
 *
 * @import { PageStore } from "../../compare/compare.js"
 * @import { Range } from "../../types/plotly"
 * @import { Store } from "../../store/store.js"
 */

import { lossesCompared } from "../../figures/losses-compared.js";
import { element } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { toSeries } from "../../lib/learning/history.js";
import { smooth } from "../../lib/learning/smoothing.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { drawMessage, livePlot, Panel } from "../panel/panel.js";

const TITLE = "Loss of the minibatch, A and B";
/** The axis begins with room for as many. */
const FEWEST_STEPS = 10;
/** Room about the loss of guessing, where every run begins. */
const AROUND = [-0.4, 0.2];
/** The weight of the past. */
const SMOOTHING = 0.95;
/** The share of the axis before step 0: there the first point would be cut in half. */
const BEFORE = 0.02;

/** A name with room for another beside it. @param {string} side @param {Store["session"]["value"]} session */
function named(side, session) {
  const name = session?.name ?? "";
  return `${side}: ${name.length > 34 ? `… ${name.slice(-32)}` : name}`;
}

export class CompareLosses extends Panel {
  #plot = livePlot({ id: "compared-losses" });
  #log = element("input", { type: "checkbox", id: "compared-log" });
  /** @type {Range | null} */
  #steps = null;
  /** @type {Range | null} */
  #losses = null;
  #shown = "";

  constructor() {
    super("Losses", "Each minibatch's, and smoothed: A in blue, B in orange.");
  }

  /** @override @param {PageStore} store */
  controls({ actions }) {
    this.#log.addEventListener("change", () => actions.choose("loss", this.#log.checked ? "log" : "linear"));
    return [element("label", { class: "check" }, this.#log, "log scale")];
  }

  /** @override */
  body() {
    return [this.#plot];
  }

  /** @override @param {PageStore} store */
  update({ session, history, dataset, choices, heading, comparison }) {
    const { second, active, parting } = comparison;
    if (!active.value) return;
    const logY = choices.value.loss === "log";
    const [ours, theirs] = [toSeries(history.value), toSeries(second.history.value)];
    const pair = `${session.value?.id} ${second.session.value?.id} ${logY}`;
    if (this.#shown !== pair) this.#steps = this.#losses = null;
    this.#shown = pair;
    this.#log.checked = logY;
    if (!ours.step.length && !theirs.step.length) return drawMessage(this.#plot, TITLE, "No step has been taken yet");
    const uniform = Math.log(dataset.value?.characters.length ?? 1);
    const last = Math.max(...[ours, theirs].map(({ step }) => step.at(-1) ?? 0));
    const here = heading.value?.step ?? last;
    const around = AROUND.map((away) => uniform + away);
    const steps = stickyRange(this.#steps, [0, Math.max(last, FEWEST_STEPS)], { from: 0 });
    const losses = stickyRange(this.#losses, extent(ours.min, ours.max, theirs.min, theirs.max, around), { log: logY });
    this.#steps = steps;
    this.#losses = losses;
    const run = (/** @type {string} */ name, /** @type {typeof ours} */ of) =>
      ({ name, losses: of, smoothed: smooth(of.mean, SMOOTHING) });
    const [a, b] = [run(named("A", session.value), ours), run(named("B", second.session.value), theirs)];
    const parts = parting.value;
    this.#plot.draw((_detail, theme) => lossesCompared({
      runs: [a, b], parting: parts, title: TITLE, theme, logY,
      levels: [{ name: "guessing", value: uniform }],
      stand: here < last ? { step: here, text: `step ${whole(here)}` } : null,
      xRange: [-BEFORE * steps[1], steps[1]], yRange: losses,
    }));
  }
}

customElements.define("compare-losses", CompareLosses);
