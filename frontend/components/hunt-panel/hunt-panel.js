/**
 * Find the bug: a trap is armed without being named; hints, one answer, and what it was.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Hunt, Hunting } from "../../types/wire"
 */

import { element, select, setOptions, setText } from "../../lib/dom.js";
import { DIFFICULTIES, hiddenName, scoreText, seedOf, verdict } from "../../lib/laboratory/hunt.js";
import { locked } from "../../lib/page/controls.js";
import { commentary, placeRow } from "../laboratory-panel/trap-text.js";
import { Panel } from "../panel/panel.js";
import { HuntSheet } from "./hunt-sheet.js";

const NOTHING_YET = "No bug is hidden. Choose how hard it is to be; with the same seed a whole class gets the same one.";

const CHOOSE = { value: "", text: "choose …" };

export class HuntPanel extends Panel {
  #difficulty = select({ id: "hunt-difficulty", "aria-label": "Difficulty" }, () => {});
  #seed = element("input", { id: "hunt-seed", type: "text", inputmode: "numeric", size: "10", placeholder: "at random" });
  #hide = element("button", { type: "button", class: "primary", id: "hide-bug", onclick: () => this.#hideOne() }, "Hide a bug");
  #error = element("p", { class: "refused", role: "alert", id: "hunt-refused" });
  #state = element("p", { class: "state", role: "status", id: "hunt-state" });
  #hints = element("ol", { class: "hints", id: "hunt-hints" });
  #hint = element("button", { type: "button", id: "hunt-hint", onclick: () => this.#store?.actions.takeHint() });
  /** There is one answer: it is not given before both are chosen. */
  #op = select({ id: "hunt-op", "aria-label": "The op whose rule is wrong" }, () => this.#enable());
  #mistake = select({ id: "hunt-mistake", "aria-label": "The kind of mistake" }, () => this.#enable());
  #answer = element("button", { type: "button", class: "primary", id: "hunt-answer", onclick: () => this.#answerIt() }, "Answer");
  #open = element("div", { class: "open" },
    element("div", { class: "hinting" }, this.#hint, this.#hints),
    element("div", { class: "answering" },
      element("label", {}, "Which op is wrong? ", this.#op), element("label", {}, "How? ", this.#mistake), this.#answer));
  #told = element("article", { class: "told", id: "hunt-told" });
  #score = element("p", { class: "score", id: "hunt-score" });
  #sheet = new HuntSheet((name) => this.#store?.actions.setTraps([{ name }]));
  #isLocked = false;
  /** About which state of what is armed the server was asked. */
  #asked = "";
  /** @type {Hunt | null} */
  #shown = null;
  /** @type {Store | null} */
  #store = null;

  constructor() {
    super("Find the bug", "One rule of the backward pass is wrong, and you are not told which. Verify, look at cells and "
      + "gradients, train on; then name the op and the mistake. Meanwhile the graph does not outline where the error enters.");
  }

  /** @override @param {Store} store */
  controls(store) {
    this.#store = store;
    setOptions(this.#difficulty, Object.entries(DIFFICULTIES).map(([value, text]) => ({ value, text: `${value} – ${text}` })), "1");
    return [];
  }

  /** @override */
  body() {
    return [
      element("p", { class: "switches" }, this.#difficulty, element("label", {}, "seed ", this.#seed), this.#hide, this.#score),
      this.#error, this.#state, this.#open, this.#told, this.#sheet.root,
    ];
  }

  /** @override @param {Store} store */
  update(store) {
    const { session, info, training, hunting, actions } = store;
    const id = session.value?.id;
    const isLocked = locked(store) !== null;
    const asked = JSON.stringify([id, training.value?.traps ?? []]);
    if (id && info.value?.session === id && asked !== this.#asked) {
      this.#asked = asked;
      setText(this.#error, "");
      // Later: what is read on the way is none of this effect's business.
      queueMicrotask(actions.readHunt);
    }
    this.#isLocked = this.#hide.disabled = isLocked;
    this.#sheet.update(store, isLocked);
    if (hunting.value) this.#show(hunting.value, isLocked);
  }

  /** @param {Hunting} hunting @param {boolean} isLocked */
  #show({ hunt, score, ops, mistakes }, isLocked) {
    setText(this.#score, scoreText(score));
    const isAnother = hunt?.name !== this.#shown?.name;
    setOptions(this.#op, [CHOOSE, ...ops.map(({ op, code }) => ({ value: op, text: code }))], isAnother ? "" : this.#op.value);
    setOptions(this.#mistake, [CHOOSE, ...mistakes.map(({ name, text }) => ({ value: name, text }))], isAnother ? "" : this.#mistake.value);
    this.#enable();
    setText(this.#state, hunt === null ? NOTHING_YET
      : hunt.result ? `${hunt.name}: ${verdict(hunt.result)}` : `${hunt.name}: a bug of difficulty ${hunt.difficulty} is hidden.`);
    this.#state.classList.toggle("good", hunt?.result?.points === 4);
    this.#open.hidden = !hunt || hunt.result !== null;
    this.#hint.disabled = isLocked || !hunt?.hints_left;
    setText(this.#hint, hunt?.hints_left ? `Give me a hint (${hunt.hints_left} left)` : "No hints left");
    if (hunt === this.#shown) return;
    this.#shown = hunt;
    this.#hints.replaceChildren(...(hunt?.hints ?? []).map((hint) => element("li", {}, hint)));
    const trap = hunt?.trap;
    this.#told.replaceChildren(...(trap ? [element("h3", {}, trap.title), ...trap.places.map(placeRow), ...commentary(trap)] : []));
  }

  #enable() {
    this.#answer.disabled = this.#isLocked || !this.#op.value || !this.#mistake.value;
  }

  #hideOne() {
    const seed = seedOf(this.#seed.value);
    if (seed === null) return setText(this.#error, `A seed is a whole number of up to nine digits, got “${this.#seed.value}”.`);
    setText(this.#error, "");
    this.#store?.actions.setTraps([{ name: hiddenName(Number(this.#difficulty.value), seed) }]);
  }

  #answerIt() {
    this.#store?.actions.answerHunt({ op: this.#op.value, mistake: this.#mistake.value });
  }
}

customElements.define("hunt-panel", HuntPanel);
