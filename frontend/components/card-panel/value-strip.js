/**
 * `<value-strip>`: how the values of the picture beside it are distributed, along the colour bar and in its colours.
 * A canvas of its own, since it is drawn with every frame.
 *
 * @import { Theme } from "../../types/plotly"
 * @import { ViewInfo } from "../../types/wire"
 * @import { TensorData } from "../../frames.js"
 * @import { Span } from "../picture/picture.js"
 */

import { lookupTable } from "../../lib/colors.js";
import { element, setText } from "../../lib/dom.js";
import { number, percent, whole } from "../../lib/format.js";
import { readTheme } from "../live-plot/theme.js";

/** Where the plot area of a heatmap begins and ends, in pixels: its margins are fixed. */
const [TOP, BOTTOM] = [34, 42];
/** How much further down it begins where a key stands above it. */
const KEY = 22;

export class ValueStrip extends HTMLElement {
  #canvas = element("canvas");
  #most = element("span", { class: "most", title: "The share of all values that the longest bar stands for" });
  /** @type {Theme | null} */
  #theme = null;
  /** @type {Partial<Record<Span["scale"], Uint32Array>>} */
  #tables = {};
  #drawn = () => {};

  constructor() {
    super();
    this.append(this.#canvas, this.#most);
  }

  /** The page's colours are others now. */
  refresh() {
    this.#theme = null;
    this.#tables = {};
    this.#drawn();
  }

  /**
   * @param {string} tensor @param {Pick<ViewInfo, "range" | "nan" | "infinite"> | null} info
   * @param {TensorData | null} counts  null: nothing is known. @param {Span | null} span  What the colours span.
   */
  show(tensor, info, counts, span) {
    this.#drawn = () => this.#draw(info, counts, span);
    this.#drawn();
    const { all, most } = totals(counts);
    const shown = counts !== null && span !== null;
    setText(this.#most, shown && all ? percent(most / all) : "");
    if (!shown || !info) return this.removeAttribute("aria-label");
    const [low, high] = info.range ?? [NaN, NaN];
    const rest = [info.nan ? `${whole(info.nan)} NaN` : "", info.infinite ? `${whole(info.infinite)} infinite` : ""];
    this.setAttribute("role", "img");
    this.setAttribute("aria-label", [
      `Histogram of ${tensor}: ${whole(all)} values from ${number(low)} to ${number(high)}`, ...rest,
    ].filter(Boolean).join(", "));
  }

  /** @param {Pick<ViewInfo, "range" | "nan" | "infinite"> | null} info @param {TensorData | null} counts @param {Span | null} span */
  #draw(info, counts, span) {
    const context = this.#context();
    const { width, height } = this.#canvas;
    context.clearRect(0, 0, width, height);
    if (!counts || !span || !info?.range) return;
    const theme = (this.#theme ??= readTheme(this));
    const table = (this.#tables[span.scale] ??= lookupTable(theme[span.scale]));
    const density = devicePixelRatio;
    const top = (TOP + (info.nan || info.infinite ? KEY : 0)) * density;
    const low = span.scale === "sequential" ? 0 : -span.limit;
    const area = { top, height: height - top - BOTTOM * density, low, high: span.limit };
    context.fillStyle = theme.grid;
    context.fillRect(0, area.top, density, area.height);
    paintBars(context, counts, info.range, area, { width, table, edge: theme.muted, density });
  }

  #context() {
    const density = devicePixelRatio;
    const { clientWidth, clientHeight } = this;
    const [width, height] = [Math.round(clientWidth * density), Math.round(clientHeight * density)];
    if (this.#canvas.width !== width || this.#canvas.height !== height) Object.assign(this.#canvas, { width, height });
    const context = this.#canvas.getContext("2d");
    if (!context) throw new Error("This browser has no 2-D canvas.");
    return context;
  }
}

/** @param {TensorData | null} counts */
function totals(counts) {
  let [all, most] = [0, 0];
  for (const count of counts ?? []) {
    all += count;
    most = Math.max(most, count);
  }
  return { all, most };
}

/**
 * A bar for each bin, at the height where the colour bar has its value. A bin that is not empty is always seen.
 * @param {CanvasRenderingContext2D} context @param {TensorData} counts @param {readonly [number, number]} range
 * @param {{ top: number, height: number, low: number, high: number }} area
 * @param {{ width: number, table: Uint32Array, edge: string, density: number }} look
 */
function paintBars(context, counts, [least, greatest], { top, height, low, high }, { width, table, edge, density }) {
  const { most } = totals(counts);
  const bin = (greatest - least || 0) / counts.length;
  /** @param {number} value */
  const shareOf = (value) => Math.min(1, Math.max(0, (value - low) / (high - low)));
  for (let i = 0; i < counts.length; i++) {
    if (!counts[i]) continue;
    const [from, to] = [shareOf(least + i * bin), shareOf(least + (i + 1) * bin)];
    const color = table[Math.round(shareOf(least + (i + 0.5) * bin) * (table.length - 1))];
    context.fillStyle = `rgb(${color & 255}, ${(color >> 8) & 255}, ${(color >> 16) & 255})`;
    const thick = Math.max(1, Math.round(height * (to - from)));
    const begin = Math.min(top + height - thick, Math.round(top + height * (1 - to)));
    const length = Math.max(density, (width - 3 * density) * (counts[i] / most));
    context.fillRect(2 * density, begin, length, thick);
    // Near zero the colour is nearly the background's: the end of the bar is drawn.
    context.fillStyle = edge;
    context.fillRect(2 * density + length, begin, density, thick);
  }
}

customElements.define("value-strip", ValueStrip);
