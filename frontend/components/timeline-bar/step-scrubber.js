/**
 * The losses of all steps as a slider: a drag shows the nearest steps that can be shown at once, and the step itself
 * once it is let go.
 *
 * @import { Store } from "../../store/store.js"
 * @import { Timeline } from "../../types/wire"
 * @import { History } from "../../lib/learning/history.js"
 * @import { Scale } from "../../lib/time/scrubber.js"
 *
 * @typedef {{ history: History, timeline: Timeline | null } & Scale} Drawn
 */

import { drawing, element, setText } from "../../lib/dom.js";
import { whole } from "../../lib/format.js";
import { toSeries } from "../../lib/learning/history.js";
import { smooth } from "../../lib/learning/smoothing.js";
import { locked } from "../../lib/page/controls.js";
import { signal } from "../../lib/signals.js";
import { facePath, faceRange, stepAt, stepByKey, xOf } from "../../lib/time/scrubber.js";
import { marksOf } from "../../lib/time/timeline.js";
import { ReadableView } from "../../lib/view.js";

/** Of the losses, and what stands below them for the checkpoints, in pixels. */
const FACE = 32;
const TICK = 4;
/** While training runs, the losses of all steps are drawn so seldom, in milliseconds: a frame's more are hardly seen. */
const FACE_EVERY = 1000;
/** Changes nearer to each other share a mark. */
const APART = 11;
/** The weight of the past in the smoothed losses. */
const SMOOTHING = 0.95;

export class StepScrubber extends ReadableView {
  #width = signal(0);
  #raw = drawing("path", { class: "raw" });
  #smoothed = drawing("path", { class: "smoothed" });
  #ticks = drawing("path", { class: "ticks" });
  #later = element("div", { class: "later" });
  #marks = element("div", { class: "marks" });
  #head = element("div", { class: "head" });
  #label = element("span", { class: "step", id: "scrubber-step" });
  #track = element("div", {
    class: "track", id: "scrubber", role: "slider", tabindex: "0", "aria-label": "Step", "aria-valuemin": "0",
  });
  /** What was drawn last. @type {Drawn | null} */
  #drawn = null;
  /** When its face was. */
  #drawnAt = -Infinity;

  /** @override @param {Store} store */
  build(store) {
    const face = drawing("svg", { "aria-hidden": "true" }, this.#raw, this.#smoothed, this.#ticks);
    this.#head.append(this.#label);
    this.#track.append(face, this.#later, this.#head);
    this.append(this.#track, this.#marks);
    new ResizeObserver(([{ contentRect }]) => (this.#width.value = Math.round(contentRect.width))).observe(this.#track);
    this.#followPointer(store);
    this.#followKeys(store);
  }

  /** @param {Store} store */
  #followPointer({ actions, heading, lastStep, session }) {
    const under = (/** @type {PointerEvent} */ { clientX }) =>
      stepAt(clientX - this.#track.getBoundingClientRect().left, { width: this.#width.peek(), last: lastStep.peek() });
    this.#track.addEventListener("pointerdown", (event) => {
      if (event.button !== 0 || !session.peek()) return;
      this.#track.setPointerCapture(event.pointerId);
      actions.scrub(under(event));
    });
    this.#track.addEventListener("pointermove", (event) => {
      if (this.#holds(event)) actions.scrub(under(event));
    });
    this.#track.addEventListener("pointerup", (event) => {
      if (this.#holds(event)) actions.seek(under(event));
    });
    // A touch that became a gesture of the browser has no place of its own.
    this.#track.addEventListener("pointercancel", (event) => {
      if (this.#holds(event)) actions.seek(heading.peek()?.step ?? 0);
    });
  }

  /** @param {PointerEvent} event */
  #holds({ pointerId }) {
    return this.#track.hasPointerCapture(pointerId);
  }

  /** @param {Store} store */
  #followKeys({ actions, heading, lastStep, session }) {
    this.#track.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || !session.peek()) return;
      const step = stepByKey(event.key, heading.peek()?.step ?? 0, lastStep.peek());
      if (step === null) return;
      event.preventDefault();
      actions.seek(step);
    });
  }

  /** @override @param {Store} store */
  update(store) {
    const { actions, heading, lastStep, history, timeline } = store;
    this.#track.ariaDisabled = String(locked(store) !== null);
    const scale = { width: this.#width.value, last: lastStep.value };
    const step = Math.min(heading.value?.step ?? 0, scale.last);
    this.#place(step, scale);
    const next = { history: history.value, timeline: timeline.value, ...scale };
    const now = performance.now();
    if (scale.width === 0 || (store.streaming.value && now - this.#drawnAt < FACE_EVERY) || !this.#isOther(next)) return;
    this.#drawnAt = now;
    this.#drawFace(next.history, scale);
    this.#drawTimeline(next.timeline, scale, actions.seek);
  }

  /** Whether something else is to be drawn than was. @param {Drawn} next */
  #isOther(next) {
    const drawn = this.#drawn;
    this.#drawn = next;
    return !drawn || /** @type {(keyof Drawn)[]} */ (Object.keys(next)).some((part) => next[part] !== drawn[part]);
  }

  /** @param {number} step @param {Scale} scale */
  #place(step, scale) {
    const x = xOf(step, scale);
    const behind = step < scale.last;
    this.#head.style.transform = `translateX(${x}px)`;
    this.#later.style.left = `${x}px`;
    this.#later.hidden = !behind;
    const text = behind ? `step ${whole(step)} of ${whole(scale.last)}` : `step ${whole(step)}`;
    setText(this.#label, text);
    this.#head.classList.toggle("left", x > scale.width / 2);
    this.#track.setAttribute("aria-valuemax", String(scale.last));
    this.#track.setAttribute("aria-valuenow", String(step));
    this.#track.setAttribute("aria-valuetext", text);
  }

  /** @param {History} history @param {Scale} scale */
  #drawFace(history, scale) {
    const { step, mean } = toSeries(history);
    const face = { height: FACE, range: faceRange(mean) };
    this.#raw.setAttribute("d", facePath({ step, mean }, scale, face));
    this.#smoothed.setAttribute("d", facePath({ step, mean: [...smooth(mean, SMOOTHING)] }, scale, face));
  }

  /** @param {Timeline | null} timeline @param {Scale} scale @param {(step: number) => unknown} seek */
  #drawTimeline(timeline, scale, seek) {
    const { checkpoints = [], commands = [] } = timeline ?? {};
    const toX = (/** @type {number} */ step) => xOf(Math.min(step, scale.last), scale);
    const places = new Set(checkpoints.map((step) => Math.round(toX(step)) + 0.5));
    this.#ticks.setAttribute("d", [...places].map((x) => `M${x} ${FACE + 1}v${TICK}`).join(""));
    const marks = marksOf(commands, toX, APART);
    while (this.#marks.children.length > marks.length) this.#marks.lastChild?.remove();
    marks.forEach(({ x, step, kind, texts }, i) => {
      const mark = /** @type {HTMLButtonElement} */ (this.#marks.children[i] ?? this.#marks.appendChild(
        element("button", { type: "button", onclick: ({ currentTarget }) => seek(Number(currentTarget.dataset.step)) })));
      mark.dataset.step = String(step);
      mark.dataset.kind = kind;
      mark.style.left = `${x}px`;
      const text = texts.join("\n");
      if (mark.title === text) return;
      mark.title = text;
      mark.setAttribute("aria-label", `Go to ${text}`);
    });
  }
}

customElements.define("step-scrubber", StepScrubber);
