/**
 * What all panels have in common: a title, a sentence that says what is seen, controls, and a body. A panel asks the
 * stream for its tensors, and draws, only while it is on screen.
 *
 * @import { Store } from "../../store/store.js"
 * @import { ViewInfo, View as Wish } from "../../types/wire"
 * @import { LivePlot } from "../live-plot/live-plot.js"
 * @import { Pointed } from "../live-plot/pointer.js"
 */

import { empty } from "../../figures/empty.js";
import { element } from "../../lib/dom.js";
import { effect, signal } from "../../lib/signals.js";
import { readable, View } from "../../lib/view.js";
import { panelMenu } from "./panel-menu.js";

/** So far below the screen a panel is made ready, so that it is there when it is scrolled into view. */
const READY_BEFORE = "160px";

export class Panel extends View {
  #onScreen = signal(false);
  /** The version of the state that was drawn last. @type {number | undefined} */
  #shown;
  #heading;
  #explanation;

  /** @param {string} heading @param {string} explanation  One sentence or two on what is seen. */
  constructor(heading, explanation) {
    super();
    this.#heading = heading;
    this.#explanation = explanation;
  }

  /** @override @param {Store} store */
  start(store) {
    const title = element("h2", { id: `${this.localName}-title` }, this.#heading);
    this.setAttribute("role", "region");
    this.setAttribute("aria-labelledby", title.id);
    this.append(
      element("header", {}, title, element("div", { class: "controls" }, ...this.controls(store)),
        panelMenu(this.#heading, { panel: this, store, wishes: () => this.wishes(store) })),
      element("p", { class: "explanation" }, this.#explanation),
      element("div", { class: "body" }, ...this.body(store)),
    );
    new IntersectionObserver(
      (entries) => (this.#onScreen.value = entries[entries.length - 1].isIntersecting),
      { root: this.closest(".workspace"), rootMargin: READY_BEFORE },
    ).observe(this);
    effect(() => {
      if (this.#onScreen.value && this.#shown !== store.info.peek()?.version) this.#clear();
    });
    effect(() => {
      for (const plot of this.#plots) plot.streaming = store.streaming.value;
    });
    effect(() => {
      for (const plot of this.#plots) plot.lit = store.lit.value;
    });
    this.#followPlots(store);
    effect(() => store.actions.show(this.localName, this.#onScreen.value ? this.wishes(store) : []));
    effect(() => {
      if (!this.#onScreen.value) return;
      this.update(store);
      this.#note(store);
    });
    readable(store, () => {
      if (this.#onScreen.value) this.tell(store);
    });
  }

  /** Plots that come later, and what a person points at in any of them. @param {Store} store */
  #followPlots({ streaming, lit, actions }) {
    this.addEventListener("plot", ({ target }) => {
      const plot = /** @type {LivePlot} */ (target);
      plot.streaming = streaming.peek();
      plot.lit = lit.peek();
    });
    for (const name of /** @type {const} */ (["point", "pin"])) {
      this.addEventListener(name, (event) => {
        const { tensor, cell, block } = /** @type {CustomEvent<Pointed>} */ (event).detail;
        actions[name](tensor, cell, block);
      });
    }
  }

  /**
   * Which state is on show, once a frame has brought all of it; `data-position` tells it as step:op.
   * @param {Store} store
   */
  #note(store) {
    const info = store.info.value;
    if (!info || !this.wishes(store).every(({ id }) => id in info.views)) return;
    this.#shown = info.version;
    this.dataset.position = `${info.position.step}:${info.position.op}`;
  }

  /** What was drawn before the panel went off screen is of the past: nothing of it may be seen again. */
  #clear() {
    for (const plot of this.#plots) drawMessage(plot, "", "");
  }

  /** @returns {NodeListOf<LivePlot>} */
  get #plots() {
    return this.querySelectorAll("live-plot");
  }

  /** What stands beside the title. @param {Store} _store @returns {Node[]} */
  controls(_store) {
    return [];
  }

  /** @param {Store} _store @returns {Node[]} */
  body(_store) {
    return [];
  }

  /** Brings words and numbers beside the plots up to date: while training runs, as often as one can read them. @param {Store} _store */
  tell(_store) {}

  /** The views it needs now. @param {Store} _store @returns {Wish[]} */
  wishes(_store) {
    return [];
  }
}

/** @param {Record<string, string>} [attributes] @returns {LivePlot} */
export const livePlot = (attributes = {}) =>
  /** @type {LivePlot} */ (element(/** @type {any} */ ("live-plot"), attributes));

/**
 * Says in a plot's place that its tensor is not known yet at this position, and when it will be.
 * @param {LivePlot} plot @param {string} title @param {Pick<ViewInfo, "tensor" | "known_at">} info
 */
export function drawUnknown(plot, title, { tensor, known_at }) {
  drawMessage(plot, title, `${tensor}: known from op ${known_at} on`);
}

/** @param {LivePlot} plot @param {string} title @param {string} message */
export function drawMessage(plot, title, message) {
  plot.draw((_detail, theme) => empty({ title, message, theme }));
}
