/**
 * Bugs to plant in the backward pass: the table of traps, the wrong line beside the right one, and the switch that arms it.
 *
 * @import { PageStore } from "../../compare/compare.js"
 * @import { Store } from "../../store/store.js"
 * @import { ArmedTrap, Trap, TrapPlace } from "../../types/wire"
 */

import { Asked } from "../../lib/asked.js";
import { element, setText } from "../../lib/dom.js";
import { locked } from "../../lib/page/controls.js";
import { Panel } from "../panel/panel.js";

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
  /** In which session what was armed when it was verified last. */
  #verified = "";
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
    const { session, network, info, reads, choices, training } = store;
    const isLocked = locked(store);
    const id = session.value?.id;
    const traps = this.#traps.about(id && network.value ? id : null, () => reads.traps(String(id)))?.value;
    const armed = training.value?.traps ?? [];
    setText(this.#armed, armed.length ? `Armed: ${armed.map(({ name }) => name).join(", ")}.` : "No trap is armed.");
    this.#armed.classList.toggle("bad", armed.length > 0);
    this.#disarm.disabled = isLocked !== null || armed.length === 0;
    // Once a frame has brought the state that is to be verified.
    if (id && info.value?.session === id) this.#verify(id, armed);
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
      ...said("Why", trap.why),
      ...said("How to see it", trap.symptom + (trap.hidden_while ? ` Hidden while ${trap.hidden_while}.` : "")),
      ...said("What to do", trap.fix),
      element("p", { class: "sources" }, ...trap.sources.flatMap(({ title, authors, year, url, place }, i) => [
        i ? "; " : "Source: ", element("a", { href: url, rel: "noreferrer" }, `${authors} ${year}: ${title}`),
        place ? `, ${place}` : ""])),
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

  /** Whenever something else is armed, so that the graph shows what that does. @param {string} id @param {ArmedTrap[]} armed */
  #verify(id, armed) {
    const now = JSON.stringify([id, armed]);
    const isAnother = now !== this.#verified && (armed.length > 0 || this.#verified.startsWith(`["${id}"`));
    this.#verified = now;
    // Later: what is read on the way is none of this effect's business.
    if (isAnother) queueMicrotask(() => this.#store?.actions.verify());
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

/** Another trap that changes the same rule. @param {Trap} trap @param {Trap[]} traps @param {ArmedTrap[]} armed */
function inTheWay(trap, traps, armed) {
  const other = traps.find((each) => each !== trap && isArmed(each, armed)
    && each.places.some(({ name }) => trap.places.some((place) => place.name === name)));
  return other && !isArmed(trap, armed) ? `${other.name} is armed, and changes the same rule: disarm it first.` : "";
}

/** @param {TrapPlace} place */
const placeRow = ({ name, layer, right, wrong }) => element("dl", { class: "place", "data-place": name },
  element("dt", {}, "where"), element("dd", {}, name, ...(layer === null ? [] : [`, layer ${layer}`])),
  element("dt", { class: "good" }, "right"), element("dd", {}, element("code", {}, right)),
  element("dt", { class: "bad" }, "wrong"), element("dd", {}, element("code", {}, wrong)));

/** @param {string} heading @param {string} text */
const said = (heading, text) => [element("h4", {}, heading), element("p", {}, text)];

customElements.define("laboratory-panel", LaboratoryPanel);
