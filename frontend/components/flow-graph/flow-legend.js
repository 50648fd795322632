/**
 * What width and colour of an edge say, with numbers.
 *
 * @import { Decades } from "../../lib/flow/colors.js"
 * @import { Mapped } from "../../lib/laboratory/map.js"
 */

import { drawing, element, setText } from "../../lib/dom.js";
import { LEVELS, levelWidth } from "../../lib/flow/colors.js";
import { told } from "../../lib/laboratory/map.js";

const WIDTH = 268;
const BAR = { x: 8, width: WIDTH - 16, y: 8 };
const FIGURES = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @param {number} power */
const powerOfTen = (power) =>
  `10${power < 0 ? "⁻" : ""}${[...String(Math.abs(power))].map((figure) => FIGURES[Number(figure)]).join("")}`;

export class FlowLegend {
  #ticks = drawing("g");
  #wrong = element("span", { class: "wrong" });
  #map = element("p", { class: "map", id: "flow-map", role: "status" });
  /** @type {Decades | null} */
  #decades = null;

  constructor() {
    const step = BAR.width / LEVELS;
    const bar = Array.from({ length: LEVELS }, (_, level) => drawing("rect", {
      x: String(BAR.x + level * step), width: String(step + 0.3), y: String(BAR.y - levelWidth(level) / 2),
      height: String(levelWidth(level)), style: `fill: var(--flow-${level})`,
    }));
    this.root = element("figcaption", { class: "legend" },
      element("p", {}, "Gradient on each path (root mean square)", this.#wrong), this.#map,
      drawing("svg", { viewBox: `0 0 ${WIDTH} 28`, "aria-hidden": "true" }, ...bar, this.#ticks));
  }

  /**
   * @param {Decades} decades @param {number} notFinite  How many gradients and values have NaN or infinity.
   * @param {ReadonlyMap<string, Mapped> | null} verified
   */
  show(decades, notFinite, verified) {
    setText(this.#map, verified ? told(verified) : "");
    setText(this.#wrong, notFinite ? ` ┅ ${notFinite} with NaN or ∞` : "");
    if (decades === this.#decades) return;
    this.#decades = decades;
    const [low, high] = decades;
    const every = high - low > 6 ? 2 : 1;
    const powers = Array.from({ length: high - low + 1 }, (_, i) => low + i).filter((power) => (high - power) % every === 0);
    this.#ticks.replaceChildren(...powers.map((power) => {
      const x = BAR.x + (BAR.width * (power - low)) / (high - low);
      const anchor = power === low ? "start" : power === high ? "end" : "middle";
      const text = drawing("text", { x: String(x), y: "26", "text-anchor": anchor });
      text.textContent = powerOfTen(power);
      return text;
    }));
  }
}
