/**
 * Which two sessions are compared, how they stand, and how they are shown. It is there only while there are two.
 *
 * @import { PageStore } from "../../compare/compare.js"
 * @import { Session } from "../../types/wire"
 * @import { Store } from "../../store/store.js"
 */

import { kinOf } from "../../lib/compare/kinship.js";
import { toldApart } from "../../lib/compare/told-apart.js";
import { element, select, setText } from "../../lib/dom.js";
import { brief, fixed, number, whole } from "../../lib/format.js";
import { View } from "../../lib/view.js";

const WAYS = [{ as: "columns", text: "Columns" }, { as: "difference", text: "Difference" }];

/** Names, with the id where another session has the same. @param {string} text @param {Session[]} sessions @param {Session[]} all */
function group(text, sessions, all) {
  if (!sessions.length) return [];
  const alone = (/** @type {string} */ name) => all.filter((each) => each.name === name).length === 1;
  return [element("optgroup", { label: text },
    ...sessions.map(({ id, name }) => new Option(alone(name) ? name : `${name} (${id})`, id)))];
}

/** The sessions that one can be compared with. @param {Session} session @param {Session[]} all */
export function choicesFor(session, all) {
  const { family, others } = kinOf(session, all);
  return [...group("Share a past with it", family, all), ...group("Others", others, all)];
}

/** @param {Store["loss"]["value"]} loss @param {Store["training"]["value"]} training */
const figures = (loss, training) =>
  `loss ${loss === null ? "–" : fixed(loss)} · rate ${training ? brief(training.learning_rate) : "–"}`;

export class CompareBar extends View {
  #name = element("strong", { class: "name" });
  #ours = element("output", { class: "figures", id: "compare-a" });
  #theirs = element("output", { class: "figures", id: "compare-b" });
  #others = element("select");
  #difference = element("output", { class: "figures", id: "compare-loss" });
  #apart = element("span", { class: "apart" });
  #differs = element("span", { class: "differs", id: "compare-differs" });
  #align = element("button", { type: "button", "data-action": "align" }, "Bring together");
  #ways = WAYS.map(({ as, text }) => element("button", { type: "button", "data-action": `compare-${as}` }, text));
  #offered = "";

  /** @override @param {PageStore} store */
  build({ actions, comparison }) {
    this.setAttribute("role", "region");
    this.setAttribute("aria-label", "Comparison");
    this.hidden = true;
    this.#others = select({ id: "compare-other", "aria-label": "Compared with" }, comparison.compareWith);
    for (const event of ["focus", "pointerdown"]) this.#others.addEventListener(event, actions.refresh);
    this.#ways.forEach((button, i) => button.addEventListener("click", () => actions.choose("as", WAYS[i].as)));
    this.#align.addEventListener("click", comparison.align);
    // A click leaves the focus where it was, so that the space key keeps meaning run and pause.
    this.addEventListener("mousedown", (event) => {
      if (event.target instanceof Element && event.target.closest("button")) event.preventDefault();
    });
    document.addEventListener("compare", (event) => {
      const { id } = /** @type {CustomEvent<{ id: string } | null>} */ (event).detail ?? {};
      if (id) comparison.compareWith(id);
    });
    this.append(
      element("span", { class: "side" }, "A"), this.#name, this.#ours,
      element("span", { class: "side second" }, "B"), this.#others, this.#theirs,
      this.#difference, this.#differs,
      element("span", { class: "apart-note", role: "status" }, this.#apart, this.#align),
      element("div", { class: "group", role: "group", "aria-label": "Show" }, ...this.#ways),
      element("button", {
        type: "button", class: "leave", "data-action": "leave-compare", title: "Back to the one session",
        onclick: comparison.leave,
      }, "Leave"),
    );
  }

  /** @override @param {PageStore} store */
  update({ session, sessions, position, loss, training, choices, comparison }) {
    const { active, second, together, moving } = comparison;
    const isApart = !together.value && !moving.value;
    this.ariaBusy = String(moving.value);
    const [a, b] = [session.value, second.session.value];
    this.hidden = !active.value;
    if (!active.value || !a || !b) return;
    setText(this.#name, a.name);
    this.#name.title = a.name;
    this.#difference.title = "The loss of A less that of B";
    this.#offer(a, b, sessions.value);
    setText(this.#ours, figures(loss.value, training.value));
    setText(this.#theirs, figures(second.loss.value, second.training.value));
    const both = loss.value !== null && second.loss.value !== null;
    setText(this.#difference, `A − B ${both ? number((loss.value ?? 0) - (second.loss.value ?? 0)) : "–"}`);
    this.#showDiffers(a, b, { a: training.value?.learning_rate, b: second.training.value?.learning_rate });
    this.#ways.forEach((button, i) => button.setAttribute("aria-pressed", String(choices.value.as === WAYS[i].as)));
    this.classList.toggle("is-apart", isApart);
    setText(this.#apart, isApart ? apart(position.value, second.position.value) : "");
    this.#align.hidden = !isApart;
  }

  /** @param {Session} a @param {Session} b @param {Session[]} all */
  #offer(a, b, all) {
    const offered = JSON.stringify([a.id, ...all.map(({ id, name, parent }) => [id, name, parent])]);
    if (offered !== this.#offered) this.#others.replaceChildren(...choicesFor(a, all));
    this.#offered = offered;
    this.#others.value = b.id;
  }

  /** @param {Session} a @param {Session} b @param {{ a: number | undefined, b: number | undefined }} rates */
  #showDiffers(a, b, rates) {
    const differing = toldApart(a, b, rates);
    const told = differing.map(({ field, a: ours, b: theirs }) => `${field}: ${ours} | ${theirs}`);
    setText(this.#differs, told.join(" · ") || "the same config");
    this.#differs.title = told.join("\n");
  }
}

/** Where each of them stands. @param {Store["position"]["value"]} a @param {Store["position"]["value"]} b */
function apart(a, b) {
  if (!a || !b) return "";
  const [ours, theirs] = [a, b].map(({ step, op, ops }) => `step ${whole(step)}${op === ops ? "" : `, op ${op}`}`);
  return `A is at ${ours}, B at ${theirs}`;
}

customElements.define("compare-bar", CompareBar);
