/**
 * Bugs to plant in the backward pass: the table of traps, the wrong line beside the right one, and the switch that arms it.
 *
 * @import { PageStore } from "../../compare/compare.js"
 * @import { Store } from "../../store/store.js"
 * @import { ArmedTrap, Trap } from "../../types/wire"
 */

import { Asked } from "../../lib/asked.js";
import { element, setText } from "../../lib/dom.js";
import { isHidden } from "../../lib/laboratory/hunt.js";
import { locked } from "../../lib/page/controls.js";
import { Panel } from "../panel/panel.js";
import { commentary, placeRow } from "./trap-text.js";

export class LaboratoryPanel extends Panel {
  /** @type {Asked<Trap[]>} */
  #traps = new Asked();
  #list = element("nav", { class: "traps", "aria-label": "Traps" });
  #detail = element("article", { tabindex: "0", "aria-label": "The trap" });
  #armed = element("p", { class: "armed", role: "status", id: "armed-traps" });
  #disarm = element("button", { type: "button", id: "disarm-all", onclick: () => this.#arm([]) }, "Disarm all");
  #error = element("p", { class: "refused", role: "alert", id: "trap-refused" });
  /** What the list and the detail show. */
  #shown = "";
  /** @type {PageStore | null} */
  #store = null;

  constructor() {
    super("Laboratory", "Plant a bug in the backward pass, and watch on the graph where it spreads.");
  }

  /** @override @param {Store} store */
  controls(store) {
    this.#store = /** @type {PageStore} */ (store);
    return [this.#disarm];
  }

  /** @override */
  body() {
    return [this.#armed, this.#error, element("div", { class: "columns" }, this.#list, this.#detail)];
  }

  /** @override @param {Store} store */
  update(store) {
    const { session, network, reads, choices, training } = store;
    const isLocked = locked(store);
    const id = session.value?.id;
    const traps = this.#traps.about(id && network.value ? id : null, () => reads.traps(String(id)))?.value;
    const armed = training.value?.traps ?? [];
    setText(this.#armed, armed.length ? `Armed: ${armed.map(({ name }) => name).join(", ")}.` : "No trap is armed.");
    this.#armed.classList.toggle("bad", armed.length > 0);
    this.#disarm.disabled = isLocked !== null || armed.length === 0;
    if (!traps) return;
    const chosen = traps.find(({ name }) => name === choices.value.trap) ?? traps[0];
    const shown = JSON.stringify([id, chosen.name, armed, isLocked]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    this.#showList(traps, chosen, armed);
    this.#showDetail(chosen, armed, isLocked ?? chosen.missing ?? inTheWay(chosen, traps, armed));
  }

  /** @param {Trap[]} traps @param {Trap} chosen @param {ArmedTrap[]} armed */
  #showList(traps, chosen, armed) {
    const focused = this.#list.contains(document.activeElement);
    const chapters = Map.groupBy(traps, ({ chapter }) => chapter);
    this.#list.replaceChildren(...[...chapters].flatMap(([chapter, those]) => [
      element("h3", {}, chapter),
      ...those.map((trap) => element("button", {
        type: "button", "data-trap": trap.name, "aria-pressed": String(trap === chosen),
        class: isArmed(trap, armed) ? "is-armed" : trap.missing ? "is-missing" : "",
        onclick: () => this.#store?.actions.choose("trap", trap.name),
      }, isArmed(trap, armed) ? `● ${trap.title}` : trap.title)),
    ]));
    if (!focused) return;
    const pressed = this.#list.querySelector("[aria-pressed=true]");
    if (pressed instanceof HTMLElement) pressed.focus();
  }

  /** @param {Trap} trap @param {ArmedTrap[]} armed @param {string} obstacle  Why it cannot be armed; empty: it can. */
  #showDetail(trap, armed, obstacle) {
    setText(this.#error, "");
    const field = element("input", { type: "number", id: "trap-threshold", min: "0", step: "any", value: String(trap.threshold ?? "") });
    const isOn = isArmed(trap, armed);
    const others = armed.filter(({ name }) => name !== trap.name);
    const toggle = element("button", {
      type: "button", class: "primary", id: "arm-trap",
      onclick: () => (isOn ? this.#arm(others) : this.#armWith(trap, others, field)),
    }, isOn ? "Disarm" : "Arm");
    toggle.disabled = obstacle !== "";
    this.#detail.replaceChildren(
      element("h3", {}, trap.title),
      ...(obstacle ? [element("p", { class: "missing" }, obstacle)] : []),
      element("p", { class: "switches" },
        toggle,
        ...(trap.threshold === null || isOn ? [] : [element("label", {}, "threshold ", field)]),
        ...(trap.twins.length ? [element("button", {
          type: "button", id: "open-twins", title: "Two new sessions with the same seeds, side by side",
          onclick: () => this.#openTwins(trap, field.valueAsNumber),
        }, "Compare with its twin")] : [])),
      ...trap.places.map(placeRow),
      ...commentary(trap),
    );
  }

  /** @param {Trap} trap @param {ArmedTrap[]} others @param {HTMLInputElement} field */
  #armWith(trap, others, field) {
    if (trap.threshold === null) return this.#arm([...others, { name: trap.name }]);
    const threshold = field.valueAsNumber;
    if (!(threshold > 0 && Number.isFinite(threshold))) {
      const got = field.validity.badInput || !field.value ? "none" : `“${field.value}”`;
      return setText(this.#error, `The threshold must be a positive, finite number, got ${got}.`);
    }
    this.#arm([...others, { name: trap.name, threshold }]);
  }

  /** @param {ArmedTrap[]} traps */
  #arm(traps) {
    this.#store?.actions.setTraps(traps);
  }

  /** @param {Trap} trap @param {number} filled  NaN: its default. */
  async #openTwins(trap, filled) {
    const store = /** @type {PageStore} */ (this.#store);
    const threshold = filled > 0 ? filled : trap.threshold;
    await store.comparison.openTwins({ ...trap, threshold }).catch(store.actions.report);
  }
}

/** @param {Trap} trap @param {ArmedTrap[]} armed */
const isArmed = (trap, armed) => armed.some(({ name }) => name === trap.name);

/** Another trap that changes the same rule, or one that is to be found. @param {Trap} trap @param {Trap[]} traps @param {ArmedTrap[]} armed */
function inTheWay(trap, traps, armed) {
  if (armed.some(({ name }) => isHidden(name))) return "A bug is hidden, and armed alone: find it first, or disarm it.";
  const other = traps.find((each) => each !== trap && isArmed(each, armed)
    && each.places.some(({ name }) => trap.places.some((place) => place.name === name)));
  return other && !isArmed(trap, armed) ? `${other.name} is armed, and changes the same rule: disarm it first.` : "";
}

customElements.define("laboratory-panel", LaboratoryPanel);
