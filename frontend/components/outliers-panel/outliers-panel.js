/**
 * Outliers: planted in the training split, or tried in copies of the session, with the loss clipped and the gradient clipped.
 *
 * @import { Store } from "../../store/store.js"
 * @import { OutlierInfo, OutlierTrial, OutlierTrialWanted } from "../../types/wire"
 */

import { outlierLosses } from "../../figures/outlier-losses.js";
import { Asked } from "../../lib/asked.js";
import { element, setText } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { trialText } from "../../lib/laboratory/outliers.js";
import { locked } from "../../lib/page/controls.js";
import { drawMessage, livePlot, Panel } from "../panel/panel.js";

const TITLE = "Each outlier’s loss over steps";
const NOT_YET = "Press “Compare clippings”: copies of the session are trained in four ways, and it stays as it is.";
/** What is asked for. @type {{ name: keyof OutlierTrialWanted, value: number, min: number, max?: number, label: string, title: string }[]} */
const FIELDS = [
  { name: "count", value: 5, min: 1, max: 20, label: "outliers", title: "How many examples are relabelled" },
  { name: "seed", value: 0, min: 0, max: 999_999_999, label: "seed", title: "Which ones: the same seed chooses the same" },
  { name: "steps", value: 2000, min: 1, max: 10_000, label: "steps", title: "How many, from where the session stands" },
  { name: "loss_threshold", value: 4, min: 1e-9, label: "clip the loss above (nats)", title: "An example whose loss is larger gets no gradient" },
  { name: "norm_threshold", value: 1, min: 1e-9, label: "clip the norm above", title: "All gradients together are scaled down to this norm" },
  { name: "value_threshold", value: 0.02, min: 1e-9, label: "clip values beyond ±", title: "Each number of the gradients is held within" },
];

export class OutliersPanel extends Panel {
  #fields = FIELDS.map(({ name, value, min, max, title }) => element("input", {
    type: "number", id: `outliers-${name}`, min: String(min), step: max ? "1" : "any", ...(max ? { max: String(max) } : {}), value: String(value), title,
  }));
  #plant = element("button", { type: "button", id: "plant-outliers", onclick: () => this.#plantThem() }, "Plant them in this session");
  #remove = element("button", { type: "button", id: "remove-outliers", onclick: () => this.#store?.actions.setOutliers(null) }, "Take them out");
  #compare = element("button", { type: "button", class: "primary", id: "compare-clippings", onclick: () => this.#try() }, "Compare clippings");
  #prepare = element("button", {
    type: "button", id: "prepare-outliers", onclick: () => this.#store?.actions.prepareOutliers(),
    title: "A new session whose words are few, so that each outlier is drawn often; it trains for 40,000 steps first",
  }, "Session with 100 names");
  #state = element("p", { class: "state", role: "status", id: "outliers-state" });
  #error = element("p", { class: "refused", role: "alert", id: "outliers-refused" });
  #told = element("p", { class: "told", id: "outliers-told" });
  #rows = element("tbody");
  #table = element("table", {}, element("thead", {}, element("tr", {},
    ...["context", "right", "planted", "row in this minibatch"].map((text) => element("th", { scope: "col" }, text)))), this.#rows);
  #plot = livePlot({ id: "outliers-plot" });
  /** @type {Asked<OutlierInfo[]>} */
  #planted = new Asked();
  /** The last trial, of which session it was, and how it was asked for. @type {{ id: string, wanted: OutlierTrialWanted, trial: OutlierTrial } | null} */
  #trial = null;
  #isTrying = false;
  /** @type {Store | null} */
  #store = null;

  constructor() {
    super("Outliers", "Some examples are taught a character that is wrong. Who clips the loss never learns them: their rows of "
      + "dlogits are blank. Who clips the gradient learns them in bounded steps.");
  }

  /** @override @param {Store} store */
  controls(store) {
    this.#store = store;
    return [this.#prepare];
  }

  /** @override */
  body() {
    const labels = FIELDS.map(({ label }, i) => element("label", {}, label, this.#fields[i]));
    return [
      element("div", { class: "fields" }, ...labels, this.#compare),
      this.#error, this.#told, this.#plot,
      element("div", { class: "fields" }, this.#plant, this.#remove, this.#state), this.#table,
    ];
  }

  /** @override @param {Store} store */
  update(store) {
    const { session, info, training, reads } = store;
    const id = session.value?.id ?? "";
    const isLocked = locked(store) !== null;
    const outliers = training.value?.outliers ?? null;
    this.#plant.disabled = this.#prepare.disabled = isLocked;
    this.#remove.disabled = isLocked || outliers === null;
    this.#table.hidden = outliers === null;
    setText(this.#state, outliers === null ? "No outliers are planted in this session."
      : `Planted in this session: ${outliers.count}, seed ${outliers.seed}.`);
    const isHere = info.value?.session === id && outliers !== null && !info.value.running;
    const key = isHere ? JSON.stringify([id, info.value?.version]) : null;
    const planted = this.#planted.about(key, () => reads.outliers(id))?.value;
    if (planted) this.#rows.replaceChildren(...planted.map(outlierRow));
    if (this.#trial?.id !== id) this.#trial = null;
    this.#draw();
  }

  #draw() {
    const shown = this.#trial;
    if (!shown) {
      setText(this.#told, "");
      return drawMessage(this.#plot, TITLE, this.#isTrying ? "Training four copies …" : NOT_YET);
    }
    setText(this.#told, trialText(shown.trial));
    this.#plot.draw((_detail, theme) => outlierLosses({
      trial: shown.trial, threshold: shown.wanted.loss_threshold, title: TITLE, theme }));
  }

  /** What is filled in; null where a field has no number that it may have. @returns {OutlierTrialWanted | null} */
  #wanted() {
    const wrong = FIELDS.find((_, i) => !this.#fields[i].value || !this.#fields[i].checkValidity());
    setText(this.#error, !wrong ? "" : wrong.max ? `“${wrong.label}” is to be a whole number, ${wrong.min} to ${whole(wrong.max)}.`
      : `“${wrong.label}” is to be a positive number.`);
    return wrong ? null : /** @type {any} */ (
      Object.fromEntries(FIELDS.map(({ name }, i) => [name, this.#fields[i].valueAsNumber])));
  }

  #plantThem() {
    const wanted = this.#wanted();
    if (wanted) this.#store?.actions.setOutliers({ count: wanted.count, seed: wanted.seed });
  }

  async #try() {
    const id = this.#store?.session.peek()?.id;
    const wanted = this.#wanted();
    if (!id || !wanted || this.#isTrying) return;
    this.#isTrying = this.#compare.disabled = true;
    this.#trial = null;
    this.#draw();
    try {
      const trial = await /** @type {Store} */ (this.#store).reads.outlierTrial(id, wanted);
      if (this.#store?.session.peek()?.id === id) this.#trial = { id, wanted, trial };
    } catch (error) {
      setText(this.#error, error instanceof Error ? error.message : String(error));
    }
    this.#isTrying = this.#compare.disabled = false;
    this.#draw();
  }
}

/** @param {OutlierInfo} outlier */
const outlierRow = ({ context, right, planted, row }) => element("tr", {},
  ...[context, right, planted, row === null ? "not in it" : `dlogits[${row}]`].map((text) => element("td", {}, text)));

customElements.define("outliers-panel", OutliersPanel);
