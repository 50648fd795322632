/**
 * The tour: a part of the page is lit, the rest stands back, and a card says what it is. Esc ends it; the arrow keys
 * go to the next stop and back.
 *
 * @import { GuidedStore } from "../../guide/guided.js"
 */

import { element, setText } from "../../lib/dom.js";
import { PLACES } from "../../lib/guide/places.js";
import { placeBeside } from "../../lib/guide/tour-place.js";
import { STOPS } from "../../lib/guide/tour-stops.js";
import { View } from "../../lib/view.js";

/** The light reaches so far over the edge of what is lit. */
const MARGIN = 4;

export class PageTour extends View {
  #spot = element("div", { class: "spot" });
  #title = element("h2", { id: "page-tour-title" });
  #text = element("p", { id: "page-tour-text" });
  #count = element("span", { class: "count" });
  #back = element("button", { type: "button" }, "Back");
  #next = element("button", { type: "button", class: "primary" });
  #skip = element("button", { type: "button", class: "skip" }, "Skip the tour");
  #card = element("div", { class: "card" });
  #dialog = element("dialog", { "aria-labelledby": "page-tour-title", "aria-describedby": "page-tour-text" });
  /** What is lit. @type {Element | null} */
  #lit = null;
  #watch = new ResizeObserver(() => this.#place());

  /** @override @param {GuidedStore} store */
  build({ tour }) {
    this.#back.addEventListener("click", tour.back);
    this.#next.addEventListener("click", tour.next);
    this.#skip.addEventListener("click", tour.end);
    this.#dialog.addEventListener("cancel", (event) => {
      event.preventDefault();
      tour.end();
    });
    this.#dialog.addEventListener("keydown", (event) => {
      if (!["ArrowRight", "ArrowLeft"].includes(event.key)) return;
      // The page is not to take the key that ends the tour for its own.
      event.stopPropagation();
      if (event.key === "ArrowRight") tour.next();
      else tour.back();
    });
    document.addEventListener("tour", tour.start);
    addEventListener("resize", () => this.#place());
    this.#card.append(this.#title, this.#text,
      element("footer", {}, this.#skip, this.#count, this.#back, this.#next));
    this.#dialog.append(this.#spot, this.#card);
    this.append(this.#dialog);
  }

  /** @override @param {GuidedStore} store */
  update({ tour }) {
    const stop = tour.stop.value;
    this.#watch.disconnect();
    if (stop === null) return this.#dialog.close();
    const { place, title, text } = STOPS[stop];
    const last = stop === STOPS.length - 1;
    setText(this.#title, title);
    setText(this.#text, text);
    setText(this.#count, `${stop + 1} of ${STOPS.length}`);
    setText(this.#next, last ? "Done" : "Next");
    this.#skip.hidden = last;
    this.#back.disabled = stop === 0;
    if (!this.#dialog.open) this.#dialog.showModal();
    this.#next.focus();
    this.#lit = document.querySelector(PLACES[place]);
    this.#lit?.scrollIntoView({ block: "nearest" });
    // It tells at once how large it is, and again when its size has changed.
    for (const watched of [this.#lit, document.body]) if (watched) this.#watch.observe(watched);
  }

  #place() {
    if (!this.#lit || !this.#dialog.open) return;
    const { left, top, right, bottom } = this.#lit.getBoundingClientRect();
    const edges = {
      left: Math.max(left - MARGIN, 0), top: Math.max(top - MARGIN, 0),
      right: Math.min(right + MARGIN, innerWidth), bottom: Math.min(bottom + MARGIN, innerHeight),
    };
    const lit = { left: edges.left, top: edges.top, width: edges.right - edges.left, height: edges.bottom - edges.top };
    const beside = placeBeside(lit, this.#card.getBoundingClientRect(), { width: innerWidth, height: innerHeight });
    for (const [name, value] of Object.entries(lit)) this.#spot.style.setProperty(name, `${value}px`);
    for (const [name, value] of Object.entries(beside)) this.#card.style.setProperty(name, `${value}px`);
  }
}

customElements.define("page-tour", PageTour);
