/**
 * The loss of whole splits with the parameters of one step, on request and every so many steps.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Evaluation } from "../../lib/learning/evaluations.js"
 * @import { Split } from "../../types/wire"
 * @import { Range } from "../../types/plotly"
 */

import { lines } from "../../figures/lines.js";
import { element, select, setOptions, setText } from "../../lib/dom.js";
import { fixed, whole } from "../../lib/format.js";
import { evaluatedCurves, evaluationsOf, isDue, newest, perplexity, SPLITS, STATISTICS, wantedOf } from "../../lib/learning/evaluations.js";
import { createPace } from "../../lib/learning/pace.js";
import { EVALUATION_STEPS } from "../../lib/page/choices.js";
import { commandButton, updateButton } from "../../lib/page/command-button.js";
import { COMMANDS } from "../../lib/page/commands.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { effect } from "../../lib/signals.js";
import { drawMessage, livePlot, Panel } from "../panel/panel.js";

const TITLE = "Loss of whole splits";
const NAMES = /** @type {Split[]} */ (Object.keys(SPLITS));
/** The axis begins with room for as many. */
const FEWEST_STEPS = 10;
/** Room above and below, so that hardly any difference is not made to look large. */
const AROUND = 0.1;
const NOT_YET = "Not evaluated yet: press Evaluate, or choose every so many steps";
const NO_BATCH_NORM = "This network has no batch norm: there are no statistics to choose.";

/** @param {number | null | undefined} value @param {number} places */
const told = (value, places) => (value === undefined ? "" : value === null ? "not finite" : fixed(value, places));

export class EvaluationPanel extends Panel {
  #plot = livePlot({ id: "evaluation-plot" });
  #pace = createPace();
  /** The stretch of steps that was evaluated last by itself: where that fails, it is not tried again and again. */
  #tried = "";
  #test = element("input", { type: "checkbox", id: "evaluation-test" });
  #note = element("p", { class: "note" });
  #caption = element("caption");
  #rows = NAMES.map((name) => ({
    name, row: element("tr", { "data-split": name }, element("th", { scope: "row" }, SPLITS[name]),
      element("td", { class: "loss" }), element("td", { class: "perplexity" })),
  }));
  #guessing = element("tr", { class: "guessing" }, element("th", { scope: "row" }, "guessing"),
    element("td", { class: "loss" }), element("td", { class: "perplexity" }));
  /** @type {Range | null} */
  #steps = null;
  /** @type {Range | null} */
  #losses = null;
  /** @type {HTMLSelectElement | null} */
  #statistics = null;
  /** What the curve shows: most frames change nothing of it. @type {unknown[]} */
  #drawn = [];

  constructor() {
    super("Evaluation", "The mean loss over all examples of a split, not of one minibatch.");
  }

  /** @override @param {Store} store */
  start(store) {
    super.start(store);
    effect(() => this.#evaluateWhenDue(store));
  }

  /** @override @param {Store} store */
  controls(store) {
    const { actions, choices } = store;
    const button = commandButton("evaluate", store);
    effect(() => updateButton(button, COMMANDS.evaluate, store));
    const every = select({ id: "evaluation-every", "aria-label": "When to evaluate" }, (value) => actions.choose("evaluate", value));
    effect(() => setOptions(every, EVALUATION_STEPS.map((value) => (
      { value, text: value === "off" ? "on request" : `every ${whole(Number(value))} steps` })), choices.value.evaluate));
    return [every, button];
  }

  /** @override @param {Store} store */
  body({ actions }) {
    this.#test.addEventListener("change", () => actions.choose("testsplit", this.#test.checked ? "on" : "off"));
    const statistics = select({ id: "evaluation-statistics" }, (value) => actions.choose("statistics", value));
    setOptions(statistics, Object.entries(STATISTICS).map(([value, { text }]) => ({ value, text })), "calibrated");
    this.#statistics = statistics;
    const columns = [["split", ""], ["nats per character", "The mean of −log(probability of the target)"],
      ["perplexity", "exp(loss): as unsure as among so many characters that are all equally likely"]];
    return [
      element("div", { class: "options" },
        element("label", { class: "check" }, "Batch norm’s statistics", statistics),
        element("label", { class: "check", title: "It is kept apart to tell how good the network is once nothing is changed any more" },
          this.#test, "test split too")),
      this.#note,
      element("table", {}, this.#caption,
        element("thead", {}, element("tr", {}, ...columns.map(([text, title]) => element("th", { scope: "col", title }, text)))),
        element("tbody", {}, ...this.#rows.map(({ row }) => row), this.#guessing)),
      this.#plot,
    ];
  }

  /** Panels that are not on screen do so too: whoever has asked for it wants all of the curve. @param {Store} store */
  #evaluateWhenDue(store) {
    const { choices, position, session, evaluating, connection } = store;
    const every = Number(choices.value.evaluate);
    const { statistics } = choices.value;
    if (!(every > 0) || !position.value || !session.value || connection.value === "lost") return;
    const { step } = position.value;
    const stretch = [session.value.id, statistics, every, Math.floor(step / every)].join();
    if (evaluating.value || !this.#pace.rested.value || this.#tried === stretch) return;
    if (!isDue(evaluationsOf(store), { step, every, statistics })) return;
    this.#tried = stretch;
    queueMicrotask(() => this.#pace.run(() => store.actions.evaluate(wantedOf(choices.peek()))));
  }

  /** @override @param {Store} store */
  update(store) {
    const { choices, dataset, heading, network, lastStep } = store;
    const statistics = /** @type {keyof typeof STATISTICS} */ (choices.value.statistics);
    const hasNorm = (network.value?.batch_norms.length ?? 0) > 0;
    const known = evaluationsOf(store);
    const characters = dataset.value?.characters.length ?? 1;
    const here = heading.value?.step ?? 0;
    this.#test.checked = choices.value.testsplit === "on";
    if (this.#statistics) {
      this.#statistics.disabled = !hasNorm;
      this.#statistics.value = statistics;
    }
    setText(this.#note, hasNorm ? STATISTICS[statistics].says : NO_BATCH_NORM);
    this.#tell(newest(known, statistics, here), characters);
    const title = hasNorm ? `${TITLE}, ${STATISTICS[statistics].text} statistics` : TITLE;
    this.#draw(known, { title, statistics, last: lastStep.value, here, characters });
  }

  /** @param {Evaluation | null} evaluation @param {number} characters */
  #tell(evaluation, characters) {
    setText(this.#caption, evaluation ? `With the parameters of step ${whole(evaluation.step)}` : "Not evaluated yet");
    for (const { name, row } of this.#rows) {
      const loss = evaluation?.losses[name];
      row.hidden = name === "test" && loss === undefined;
      setText(row.cells[1], told(loss, 4));
      setText(row.cells[2], told(loss === undefined ? loss : perplexity(loss), 2));
    }
    const guessing = Math.log(characters);
    setText(this.#guessing.cells[1], `${fixed(guessing, 4)} = ln ${characters}`);
    setText(this.#guessing.cells[2], fixed(characters, 2));
  }

  /** @param {Evaluation[]} known @param {{ title: string, statistics: string, last: number, here: number, characters: number }} shown */
  #draw(known, { title, statistics, last, here, characters }) {
    const curves = evaluatedCurves(known, statistics);
    const told = extent(...curves.map(({ y }) => y));
    if (!told) {
      this.#steps = this.#losses = null;
      this.#drawn = [];
      return drawMessage(this.#plot, TITLE, curves.length ? "No loss that was evaluated is finite" : NOT_YET);
    }
    this.#steps = stickyRange(this.#steps, [0, Math.max(last, FEWEST_STEPS)], { from: 0 });
    this.#losses = stickyRange(this.#losses, [told[0] - AROUND, told[1] + AROUND]);
    const [steps, losses] = [this.#steps, this.#losses];
    const drawn = [known, title, steps, losses, here < last ? here : last, last];
    if (drawn.every((part, i) => part === this.#drawn[i])) return;
    this.#drawn = drawn;
    const uniform = Math.log(characters);
    this.#plot.draw((_detail, theme) => lines({
      series: curves.map(({ color, ...curve }) => ({ ...curve, color: theme.series[color] })),
      levels: uniform > losses[0] && uniform < losses[1] ? [{ name: `guessing: ln ${characters}`, value: uniform, color: theme.series[1] }] : [],
      stand: here < last ? { step: here, text: `step ${whole(here)}` } : null,
      title, theme, yTitle: "loss (nats)", xRange: [-0.02 * steps[1], steps[1]], yRange: losses,
    }));
  }
}

customElements.define("evaluation-panel", EvaluationPanel);
