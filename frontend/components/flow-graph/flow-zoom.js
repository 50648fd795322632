/**
 * How large the drawing is in its frame. It is moved by scrolling or dragging, and zoomed about the middle or the mouse.
 *
 * @import { Size } from "../../lib/flow/scale.js"
 */

import { scaleOf, ZOOM, zoomed } from "../../lib/flow/scale.js";

export class FlowZoom {
  #room = { width: 0, height: 0 };
  /** @type {(Size & { svg: SVGSVGElement }) | null} */
  #drawing = null;
  #choice = "fit";
  #scale = 1;
  /** What stays where it is when the scale changes, from the frame's corner; null: its middle. @type {{ x: number, y: number } | null} */
  #anchor = null;

  /** @param {HTMLElement} frame  It scrolls. @param {(choice: string) => void} choose */
  constructor(frame, choose) {
    this.frame = frame;
    this.choose = choose;
    frame.addEventListener("wheel", (event) => this.#turned(event), { passive: false });
    frame.addEventListener("pointerdown", (event) => this.#drag(event));
  }

  /** @param {Size} room */
  resize(room) {
    this.#room = room;
    this.#apply();
  }

  /** @param {SVGSVGElement} svg @param {Size} size */
  show(svg, { width, height }) {
    this.#drawing = { svg, width, height };
    this.#apply();
  }

  /** @param {string} choice */
  set(choice) {
    if (choice === this.#choice) return;
    this.#choice = choice;
    const { x, y } = this.#anchor ?? { x: this.#room.width / 2, y: this.#room.height / 2 };
    const before = this.#scale;
    const { scrollLeft, scrollTop } = this.frame;
    this.#apply();
    const grown = this.#scale / before;
    this.frame.scrollTo((scrollLeft + x) * grown - x, (scrollTop + y) * grown - y);
  }

  /** @param {number} factor */
  by(factor) {
    this.choose(zoomed(this.#scale, factor));
  }

  #apply() {
    if (!this.#drawing || !this.#room.width) return;
    const { svg, width, height } = this.#drawing;
    this.#scale = scaleOf(this.#choice, this.#drawing, this.#room);
    svg.style.width = `${width * this.#scale}px`;
    svg.style.height = `${height * this.#scale}px`;
  }

  /** With ctrl the wheel zooms, and what is under the mouse stays there. @param {WheelEvent} event */
  #turned(event) {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const { left, top } = this.frame.getBoundingClientRect();
    this.#anchor = { x: event.clientX - left, y: event.clientY - top };
    this.by(ZOOM.step ** Math.sign(-event.deltaY));
    this.#anchor = null;
  }

  /** @param {PointerEvent} event */
  #drag(event) {
    if (event.button !== 0 || event.pointerType !== "mouse" || !(event.target instanceof Element) || event.target.closest("[role=button], .hit")) return;
    const { frame } = this;
    const begin = { x: event.clientX + frame.scrollLeft, y: event.clientY + frame.scrollTop };
    const move = (/** @type {PointerEvent} */ { clientX, clientY }) => frame.scrollTo(begin.x - clientX, begin.y - clientY);
    frame.setPointerCapture(event.pointerId);
    frame.addEventListener("pointermove", move);
    frame.addEventListener("lostpointercapture", () => frame.removeEventListener("pointermove", move), { once: true });
  }
}
