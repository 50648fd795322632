/**
 * From mouse and keys to cells: which cell of its tensor a person points at in a plot. It tells by events that bubble,
 * `point` and `pin`, with the tensor and the cell.
 *
 * @import { PlotArea } from "../../types/plotly"
 * @import { Cells } from "../picture/pointing.js"
 *
 * @typedef {{ tensor: string, cell: number[] | null, block: [number, number] }} Pointed  cell null: no longer at any.
 */

/** So far a mouse may move between down and up and still have clicked, in pixels: farther, it has zoomed. */
const CLICK = 4;

/** @type {Record<string, [number, number]>} Rows and columns. */
const ARROWS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

export class Pointer {
  #host;
  #area;
  /** @type {Cells | null} */
  #cells = null;
  /** What was told last, as text to compare. */
  #told = "";
  /** Row and column where the keys stand. @type {[number, number] | null} */
  #cursor = null;

  /** @param {HTMLElement} host @param {() => PlotArea | null} area */
  constructor(host, area) {
    this.#host = host;
    this.#area = area;
    host.addEventListener("pointermove", (event) => this.#point(this.#placeOf(event)));
    host.addEventListener("pointerleave", () => this.#point(null));
    host.addEventListener("pointerdown", (event) => this.#press(event), { capture: true });
    host.addEventListener("keydown", (event) => this.#key(event));
    host.addEventListener("blur", () => this.#point(null));
  }

  /** @param {Cells | null} cells */
  set cells(cells) {
    if (cells?.tensor !== this.#cells?.tensor) this.#cursor = null;
    this.#cells = cells;
    if (cells && this.#host.tabIndex !== 0) this.#host.tabIndex = 0;
    else if (!cells) this.#host.removeAttribute("tabindex");
  }

  /** Row and column under the mouse, null outside of the data. @param {MouseEvent} event @returns {[number, number] | null} */
  #placeOf({ clientX, clientY }) {
    const area = this.#area();
    if (!area || !this.#cells) return null;
    const { left, top } = this.#host.getBoundingClientRect();
    const across = (clientX - left - area.left) / area.width;
    const down = (clientY - top - area.top) / area.height;
    if (across < 0 || across >= 1 || down < 0 || down >= 1) return null;
    if (this.#cells.rows * this.#cells.columns === 1) return [0, 0];
    const [x, y] = [between(area.x.range, across), between([area.y.range[1], area.y.range[0]], down)];
    return this.#cells.placeAt ? this.#cells.placeAt(x, y) : [Math.round(y), Math.round(x)];
  }

  /** @param {[number, number] | null} place */
  #point(place) {
    const pointed = this.#pointedAt(place);
    const told = JSON.stringify(pointed);
    if (told === this.#told) return;
    this.#told = told;
    if (pointed) this.#tell("point", pointed);
  }

  /** @param {[number, number] | null} place @returns {Pointed | null} */
  #pointedAt(place) {
    if (!this.#cells) return null;
    const { tensor, block, cellAt } = this.#cells;
    return { tensor, block, cell: place && cellAt(...place) };
  }

  /** A click is told on the way up: Plotly takes the mouse for itself in between. @param {PointerEvent} down */
  #press(down) {
    if (down.button !== 0 || !this.#placeOf(down)) return;
    const release = (/** @type {PointerEvent} */ up) => {
      window.removeEventListener("pointerup", release, { capture: true });
      if (Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY) < CLICK) this.#pin(this.#placeOf(down));
    };
    window.addEventListener("pointerup", release, { capture: true });
  }

  /** @param {[number, number] | null} place */
  #pin(place) {
    const pointed = this.#pointedAt(place);
    if (pointed?.cell) this.#tell("pin", pointed);
    this.#cursor = place;
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.#cells || event.target !== this.#host || event.ctrlKey || event.metaKey || event.altKey) return;
    const arrow = ARROWS[event.key];
    if (arrow) this.#move(arrow);
    else if (event.key === "Enter" && this.#cursor) this.#pin(this.#cursor);
    else return;
    // Elsewhere on the page these keys step through time.
    event.preventDefault();
    event.stopPropagation();
  }

  /** The first arrow shows where the cursor is. @param {[number, number]} by */
  #move([down, along]) {
    const { rows, columns, block } = /** @type {Cells} */ (this.#cells);
    const [row, column] = this.#cursor ?? [-down * block[0], -along * block[1]];
    const within = (/** @type {number} */ place, /** @type {number} */ count) => Math.min(count - 1, Math.max(0, place));
    this.#cursor = [within(row + down * block[0], rows), within(column + along * block[1], columns)];
    this.#point(this.#cursor);
  }

  /** @param {"point" | "pin"} type @param {Pointed} detail */
  #tell(type, detail) {
    this.#host.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
  }
}

/** @param {[number, number]} range @param {number} share */
const between = ([from, to], share) => from + share * (to - from);
