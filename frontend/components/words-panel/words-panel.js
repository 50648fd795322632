/**
 * Words that the network makes up: drawn anew while it trains, each with its probability.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Sample } from "../../types/wire"
 */

import { element, select, setOptions, setText } from "../../lib/dom.js";
import { number, whole } from "../../lib/format.js";
import { createPace } from "../../lib/learning/pace.js";
import { areOthers, charactersOf, known, placeOf, promptProblem, wordsWanted } from "../../lib/learning/words.js";
import { REFRESH_SECONDS, WORD_COUNTS } from "../../lib/page/choices.js";
import { effect, signal } from "../../lib/signals.js";
import { Panel } from "../panel/panel.js";

const LONGEST_PROMPT = 100;
const DIVERGED = "Training has diverged: the network’s probabilities are not finite, and nothing can be drawn.";
/** A bar of this height stands for probability 1; in pixels. */
const BAR = 9;

/** Whether somebody can see the page at all. */
const seen = signal(!document.hidden);
document.addEventListener("visibilitychange", () => (seen.value = !document.hidden));

export class WordsPanel extends Panel {
  #pace = createPace();
  #prompt = element("input", {
    type: "text", id: "words-prompt", maxlength: String(LONGEST_PROMPT), autocomplete: "off", spellcheck: "false", size: "8",
  });
  #same = element("input", { type: "checkbox", id: "words-same" });
  #again = element("button", { type: "button", id: "words-again" }, "Draw again");
  #status = element("p", { class: "status" });
  #problem = element("p", { class: "problem", role: "status" });
  #list = element("tbody");
  /** @type {Sample[] | null} */
  #listed = null;

  constructor() {
    super("Words", "Drawn from the network, character by character. A bar under each character: how probable it was.");
  }

  /** @override @param {Store} store */
  controls({ actions, choices }) {
    const count = select({ id: "words-count", "aria-label": "How many words" }, (value) => actions.choose("words", value));
    const refresh = select({ id: "words-refresh", "aria-label": "When words are drawn anew" }, (value) => actions.choose("refresh", value));
    effect(() => setOptions(count, WORD_COUNTS.map((value) => ({ value, text: `${value} words` })), choices.value.words));
    effect(() => setOptions(refresh, REFRESH_SECONDS.map((value) => (
      { value, text: value === "off" ? "on request" : `every ${value} s` })), choices.value.refresh));
    return [count, refresh, this.#again];
  }

  /** @override @param {Store} store */
  body(store) {
    const { actions, choices } = store;
    this.#prompt.addEventListener("change", () => actions.choose("prompt", this.#prompt.value));
    this.#same.addEventListener("change", () => actions.choose("seed", this.#same.checked ? "1" : "new"));
    this.#again.addEventListener("click", () => {
      const { seed } = choices.peek();
      // Another seed means other words, and is drawn with at once.
      if (seed === "new") this.#draw(store);
      else actions.choose("seed", String(Number(seed) + 1));
    });
    return [
      element("div", { class: "options" },
        element("label", { class: "check" }, "begin with", this.#prompt),
        element("label", { class: "check", title: "The same random numbers each time: what changes in the words, the network has learnt" },
          this.#same, "same random numbers")),
      this.#status, this.#problem,
      element("div", { class: "scroll", tabindex: "0", role: "group", "aria-label": "Words" },
        element("table", {},
          element("thead", {}, element("tr", {}, ...["word", "probability", "in the data?"].map((text) =>
            element("th", { scope: "col" }, text)))),
          this.#list)),
    ];
  }

  /** @override @param {Store} store */
  update(store) {
    const { choices, dataset, diverged, words, session, position } = store;
    const { prompt, seed } = choices.value;
    if (document.activeElement !== this.#prompt) this.#prompt.value = prompt;
    this.#same.checked = seed !== "new";
    const drawn = words.value?.session === session.value?.id ? words.value : null;
    // What the server would refuse is not asked for.
    const problem = dataset.value && promptProblem(prompt, dataset.value.characters);
    const isVain = problem !== null || diverged.value;
    if (!isVain) this.#drawWhenDue(store);
    setText(this.#problem, problem ?? (diverged.value ? DIVERGED : drawn?.problem) ?? "");
    setText(this.#status, drawn && !drawn.problem ? `Step ${whole(drawn.step)}: ${known(drawn.samples)}.` : "");
    this.dataset.step = String(drawn?.step ?? "");
    this.toggleAttribute("data-older", drawn !== null && drawn.step !== position.value?.step);
    if (this.#listed === (drawn?.samples ?? null)) return;
    this.#listed = drawn?.samples ?? null;
    this.#list.replaceChildren(...(this.#listed ?? []).map(rowOf));
  }

  /** At once where others are asked for; else once the session has moved on and it is time. @param {Store} store */
  #drawWhenDue(store) {
    const { choices, words, session, position, connection } = store;
    if (!session.value || !position.value || !seen.value || connection.value === "lost") return;
    const { refresh } = choices.value;
    const isAsked = areOthers(words.value, session.value.id, wordsWanted(choices.value));
    const isOlder = refresh !== "off" && words.value?.step !== position.value.step;
    const isFree = isAsked ? this.#pace.idle.value : this.#pace.rested.value;
    if (isFree && (isAsked || isOlder)) queueMicrotask(() => this.#draw(store));
  }

  /** @param {Store} store */
  #draw({ actions, choices }) {
    const { refresh } = choices.peek();
    this.#pace.run(() => actions.drawWords(wordsWanted(choices.peek())), refresh === "off" ? 0 : 1000 * Number(refresh));
  }
}

/** @param {Sample} sample */
function rowOf(sample) {
  const place = placeOf(sample);
  const letters = charactersOf(sample).map(({ character, probability }) => element("span", {
    class: probability === null ? "given" : "drawn",
    style: `--bar: ${(BAR * (probability ?? 0)).toFixed(1)}px`,
    title: probability === null ? `${character}: given` : `${character}: ${number(probability, 3)}`,
  }, character));
  return element("tr", { "data-found": sample.found_in ?? "" },
    element("td", { class: "word" }, ...letters),
    element("td", { class: "probability" }, number(sample.probability, 3)),
    element("td", { class: "place" }, place));
}

customElements.define("words-panel", WordsPanel);
