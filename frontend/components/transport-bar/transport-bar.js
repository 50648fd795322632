/**
 * Where the session stands, in words and numbers, and how to move it.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Moment } from "../../lib/time/moments.js"
 */

import { element, select, setOptions, setText } from "../../lib/dom.js";
import { fixed, pace, whole } from "../../lib/format.js";
import { isHidden } from "../../lib/laboratory/hunt.js";
import { SPEEDS } from "../../lib/page/choices.js";
import { commandButton, updateButton } from "../../lib/page/command-button.js";
import { COMMANDS } from "../../lib/page/commands.js";
import { withPanel } from "../../lib/page/panels.js";
import { momentAt } from "../../lib/time/moments.js";
import { ReadableView } from "../../lib/view.js";
import { LearningRate } from "./learning-rate.js";
import { RunUntil } from "./run-until.js";

const GROUPS = [["pass-back", "op-back", "op-forward", "pass-forward"], ["step-back", "step"], ["run", "pause"]];
const PACES = SPEEDS.map((value) => ({ value, text: value === "max" ? value : `${value} steps/s` }));
const ENGINES = {
  kernel: "The kernel makes the steps: forward pass, backward pass and update as one compiled function. "
    + "Verify compares its gradients with the tape's, which are the ones on show.",
  tape: "The tape makes the steps: op by op, as they are shown, and slower than the compiled kernel would be.",
};
const PASSES = { minibatch: "minibatch drawn", forward: "forward", backward: "backward" };

/** @type {Pick<Moment, "pass" | "label" | "code">} */
const NOT_YET = { pass: "minibatch", label: "", code: "" };

export class TransportBar extends ReadableView {
  /** @type {Map<string, HTMLButtonElement>} */
  #buttons = new Map();
  #speed = element("select");
  #step = element("output", { id: "position-step" });
  #op = element("output", { id: "position-op" });
  #pass = element("span", { class: "pass" });
  #label = element("code", { class: "label" });
  #code = element("code", { class: "line" });
  #standstill = element("span", { role: "status", id: "standstill" });
  #back = element("button", { type: "button", class: "back", id: "back-to-finite" });
  #dismiss = element("button", { type: "button", class: "dismiss", "aria-label": "Dismiss", title: "Dismiss" }, "×");
  #trouble = element("span", { class: "trouble", id: "trouble", role: "alert" });
  #slider = element("input", { type: "range", min: "0", id: "op-slider", "aria-label": "Op within this step" });
  #loss = element("output", { id: "loss-value" });
  #rate = element("output", { id: "steps-per-second" });
  #speedReadout = readout("steps/s", this.#rate);
  #learningRate = new LearningRate();
  #armed = element("button", { type: "button", class: "armed", id: "traps-armed", title: "Bugs are planted: to the laboratory" });
  #until = new RunUntil();

  /** @override @param {Store} store */
  build(store) {
    this.#speed = select({ id: "speed", title: "How fast it runs" }, store.actions.setSpeed);
    const groups = GROUPS.map((names) => element("div", { class: "group" }, ...names.map((name) => {
      const button = commandButton(name, store);
      this.#buttons.set(name, button);
      return button;
    })));
    groups[2].append(element("label", { class: "speed" }, "at", this.#speed));
    // A click leaves the focus where it was, so that the space key keeps meaning run and pause.
    this.addEventListener("mousedown", (event) => {
      if (event.target instanceof Element && event.target.closest("button")) event.preventDefault();
    });
    this.#slider.addEventListener("input", () => store.actions.goTo(Number(this.#slider.value)));
    this.#dismiss.addEventListener("click", store.actions.dismissStandstill);
    // A run stops at the first step whose loss is not finite.
    this.#back.addEventListener("click", () => store.actions.seek(Math.max(0, store.lastStep.peek() - 1)));
    this.#armed.addEventListener("click", () => store.actions.choose("panels", withPanel(store.choices.peek().panels, "laboratory")));
    this.#learningRate.start(store);
    this.#until.start(store);
    this.append(
      element("div", { class: "controls", role: "group", "aria-label": "Transport" }, ...groups, this.#until),
      element("dl", { class: "readouts" },
        readout("loss", this.#loss),
        this.#speedReadout,
        readout("learning rate", this.#learningRate)),
      element("div", { class: "track" }, this.#slider),
      element("p", { class: "position", id: "position" },
        element("span", { class: "where" }, "step ", this.#step, " · op ", this.#op),
        this.#pass, this.#label, this.#code,
        element("span", { class: "standstill" }, this.#standstill, this.#back, this.#dismiss), this.#trouble, this.#armed),
    );
  }

  /** @override @param {Store} store */
  update(store) {
    for (const [name, button] of this.#buttons) updateButton(button, COMMANDS[name], store);
    setOptions(this.#speed, PACES, store.choices.value.speed);
    this.#showPosition(store);
    this.#showTrouble(store);
    this.#showStandstill(store);
    const diverged = store.diverged.value;
    setText(this.#loss, diverged ? "not finite" : store.loss.value === null ? "–" : fixed(store.loss.value));
    this.#loss.classList.toggle("bad", diverged);
    const rate = store.stepsPerSecond.value;
    setText(this.#rate, rate === null ? "–" : pace(rate));
    this.#showEngine(store);
    const traps = store.training.value?.traps ?? [];
    this.#armed.hidden = traps.length === 0;
    setText(this.#armed, traps.some(({ name }) => isHidden(name)) ? "● a bug is hidden"
      : `● ${traps.length} ${traps.length === 1 ? "trap" : "traps"} armed`);
  }

  /** What goes away by itself once it is over. @param {Store} store */
  #showTrouble({ connection, unsaved }) {
    const lost = connection.value === "lost";
    const text = lost ? "The server does not answer; trying again …" : unsaved.value ? `Not saved: ${unsaved.value}` : "";
    setText(this.#trouble, text);
    this.#trouble.title = text;
  }

  /** Where a session stands still, the reason is said in place of what the op was. @param {Store} store */
  #showStandstill({ standstill, lastStep, position }) {
    const { text, kind } = standstill.value;
    const last = lastStep.value;
    this.#back.hidden = kind !== "diverged" || last === 0 || position.value?.step !== last;
    setText(this.#back, `Back to step ${whole(last - 1)}`);
    setText(this.#standstill, text);
    this.#standstill.title = text;
    this.dataset.standstill = kind;
    this.#dismiss.hidden = kind === "" || kind === "waiting";
  }

  /** @param {Store} store */
  #showEngine({ engine }) {
    const name = engine.value?.name;
    const [term] = this.#speedReadout.children;
    setText(term, name ? `steps/s · ${name}` : "steps/s");
    this.#speedReadout.title = name ? ENGINES[name] : "";
  }

  /** @param {Store} store */
  #showPosition({ heading, moments, network, running }) {
    const { step, op, ops } = heading.value ?? { step: 0, op: 0, ops: 0 };
    const { pass, label, code } = momentAt(moments.value, { step, op, ops }) ?? NOT_YET;
    setText(this.#step, whole(step));
    setText(this.#op, `${op} of ${ops}`);
    setText(this.#pass, PASSES[pass]);
    this.#pass.dataset.pass = pass;
    setText(this.#label, label);
    setText(this.#code, code);
    this.#code.title = code;
    this.#slider.max = String(ops);
    this.#slider.value = String(op);
    this.#slider.disabled = running.value || ops === 0;
    this.#slider.setAttribute("aria-valuetext", `op ${op} of ${ops}, ${PASSES[pass]}, ${label}`);
    this.style.setProperty("--forward-share", String((network.value?.forward_ops ?? 0) / (ops || 1)));
  }
}

/** @param {string} name @param {HTMLElement} value */
const readout = (name, value) => element("div", {}, element("dt", {}, name), element("dd", {}, value));

customElements.define("transport-bar", TransportBar);
