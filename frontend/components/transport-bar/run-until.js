/**
 * How far a run goes: until it is paused, or until the breakpoint that stands here. It is set in a popover.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Network } from "../../types/wire"
 */

import { element, setOptions, setText } from "../../lib/dom.js";
import { boundOf, breakpoint, described, groups, metricOf, takesBound } from "../../lib/time/breakpoints.js";
import { View } from "../../lib/view.js";

const SIDES = [{ value: "above", text: "is above" }, { value: "below", text: "is below" }];
/** So far below the button, and from the window's edge. */
const AWAY = 6;

export class RunUntil extends View {
  #button = element("button", {
    type: "button", id: "breakpoint", "data-action": "breakpoint", "aria-labelledby": "until-label breakpoint",
    "aria-haspopup": "dialog",
  });
  #goal = element("span");
  #metric = element("select", { id: "breakpoint-metric", "aria-label": "What to look at" });
  #side = element("select", { id: "breakpoint-side", "aria-label": "Above or below" });
  #bound = element("input", {
    type: "text", inputmode: "decimal", id: "breakpoint-bound", "aria-label": "Number", autocomplete: "off",
    "aria-describedby": "breakpoint-hint breakpoint-refused",
  });
  #hint = element("p", { class: "hint", id: "breakpoint-hint" });
  #refused = element("p", { class: "refused", id: "breakpoint-refused", role: "alert" });
  #clear = element("button", { type: "button", "data-action": "no-breakpoint" }, "Remove");
  #popover = element("form", {
    popover: "auto", id: "breakpoint-popover", role: "dialog", "aria-labelledby": "breakpoint-title", novalidate: true,
  });
  /** @type {Network | null} */
  #network = null;

  /** @override @param {Store} store */
  build({ actions, until }) {
    setOptions(this.#side, SIDES, "below");
    this.#button.append(this.#goal);
    this.#button.popoverTargetElement = this.#popover;
    this.#metric.addEventListener("change", () => this.#showMetric());
    this.#bound.addEventListener("input", () => this.#refuse(""));
    this.#popover.addEventListener("submit", (event) => {
      event.preventDefault();
      const bound = boundOf(this.#bound.value);
      if (bound === null && takesBound(this.#metric.value)) {
        this.#refuse("Enter a number, such as 2.5 or 1e-3.");
        this.#bound.focus();
        return;
      }
      const side = this.#side.value === "above" ? "above" : "below";
      actions.setBreakpoint(breakpoint(this.#metric.value, side, bound ?? 0));
      this.#popover.hidePopover();
    });
    this.#clear.addEventListener("click", () => {
      actions.setBreakpoint(null);
      this.#popover.hidePopover();
    });
    this.#popover.addEventListener("beforetoggle", ({ newState }) => {
      if (newState === "open") this.#fill(until.peek());
    });
    this.#popover.addEventListener("toggle", ({ newState }) => {
      if (newState === "open") this.#metric.focus();
    });
    for (const event of ["scroll", "resize"]) window.addEventListener(event, () => this.#place(), { passive: true });
    this.#popover.append(
      element("h2", { id: "breakpoint-title" }, "Stop a run where"),
      this.#metric,
      element("div", { class: "bound" }, this.#side, this.#bound),
      this.#hint,
      this.#refused,
      element("footer", {}, this.#clear, element("button", { type: "submit", class: "primary" }, "Set")),
    );
    this.append(element("span", { id: "until-label" }, "until"), this.#button, this.#popover);
  }

  /** @override @param {Store} store */
  update({ until, network, session, connection }) {
    const [wanted, of] = [until.value, network.value];
    setText(this.#goal, wanted && of ? described(wanted, of) : "paused");
    this.#button.title = wanted
      ? `A run stops at the first step where this is so: ${this.#goal.textContent}`
      : "Until it is paused, or its loss is no longer finite. Press to have it stop at a breakpoint, too";
    this.#button.classList.toggle("set", wanted !== null);
    this.#button.disabled = !session.value || connection.value === "lost";
    if (of !== this.#network) {
      this.#network = of;
      this.#popover.hidePopover();
      this.#offer();
    }
  }

  /** The metrics of this network. */
  #offer() {
    const offered = this.#network ? groups(this.#network) : [];
    this.#metric.replaceChildren(...offered.map(({ text, metrics }) => element("optgroup", { label: text },
      ...metrics.map((metric) => new Option(metric.text, metric.name)))));
  }

  /** As the breakpoint is; where there is none, what was filled in last stays. @param {Store["until"]["value"]} until */
  #fill(until) {
    this.#clear.hidden = until === null;
    if (until) {
      this.#metric.value = until.metric;
      this.#side.value = until.above === undefined ? "below" : "above";
      this.#bound.value = String(until.above ?? until.below ?? this.#bound.value);
    }
    this.#showMetric();
    // It has no size before it is there.
    requestAnimationFrame(() => this.#place());
  }

  #showMetric() {
    const metric = this.#network && metricOf(this.#network, this.#metric.value);
    setText(this.#hint, metric?.hint ?? "");
    const bound = takesBound(this.#metric.value);
    this.#side.disabled = !bound;
    this.#bound.disabled = !bound;
    this.#refuse("");
  }

  /** @param {string} why  Empty: it is not. */
  #refuse(why) {
    setText(this.#refused, why);
    if (why) this.#bound.setAttribute("aria-invalid", "true");
    else this.#bound.removeAttribute("aria-invalid");
  }

  /** Below its button, and within the window. */
  #place() {
    if (!this.#popover.matches(":popover-open")) return;
    const { left, bottom } = this.#button.getBoundingClientRect();
    const most = document.documentElement.clientWidth - this.#popover.offsetWidth - AWAY;
    this.#popover.style.left = `${Math.max(AWAY, Math.min(left, most))}px`;
    this.#popover.style.top = `${bottom + AWAY}px`;
  }
}

customElements.define("run-until", RunUntil);
