/**
 * The two plots of health: activations and gradients across the layers, and the chosen measure over time.
 *
 * @import { Cell, Reading } from "../../lib/health/health-rows.js"
 * @import { Measure } from "../../lib/health/health.js"
 * @import { Range } from "../../types/plotly"
 */

import { acrossLayers } from "../../figures/across-layers.js";
import { lines } from "../../figures/lines.js";
import { extent, stickyRange } from "../../lib/ranges.js";
import { drawMessage, livePlot } from "../panel/panel.js";

const ACROSS = "Std across the layers";
/** The axis begins with room for as many steps. */
const FEWEST_STEPS = 10;
/** The share of the axis before step 0: there the first point would be cut in half. */
const BEFORE = 0.02;

export class HealthPlots {
  layers = livePlot({ id: "health-layers-plot" });
  course = livePlot({ id: "health-course-plot" });
  /** @type {Range | null} */
  #stds = null;
  /** @type {Range | null} */
  #numbers = null;
  /** @type {Range | null} */
  #steps = null;
  #of = "";

  /** @param {Cell[]} cells @param {ReadonlyMap<string, Reading>} readings */
  showLayers(cells, readings) {
    const layers = cells.filter(({ row, measure }) => row.of === "layer" && measure.name === "std");
    const values = (/** @type {string} */ name) => layers.map(({ row }) => readings.get(`${name}.${row.tensor}`)?.value ?? null);
    const series = [
      { name: "std of h", values: values("std") },
      { name: "std of dh", values: values("gradient_std") },
    ];
    const positive = series.map((each) => each.values.map((value) => (value !== null && value > 0 ? value : NaN)));
    const yRange = stickyRange(this.#stds, extent(...positive), { log: true });
    this.#stds = yRange;
    const names = layers.map(({ row }) => row.tensor);
    this.layers.draw((_detail, theme) => acrossLayers({ series, layers: names, title: ACROSS, theme, yRange }));
  }

  /** @param {Cell} cell @param {number[]} steps @param {Float64Array} numbers */
  showCourse({ key, row, measure }, steps, numbers) {
    const title = `${measure.title} of ${row.tensor} over time`;
    if (this.#of !== key) this.#numbers = null;
    this.#of = key;
    if (!numbers.some(Number.isFinite)) return drawMessage(this.course, title, "Nothing has been measured yet");
    const levels = levelsOf(measure);
    const logY = measure.log ?? false;
    const shown = logY ? numbers.map((value) => (value > 0 ? value : NaN)) : numbers;
    const xRange = stickyRange(this.#steps, [0, Math.max(steps[steps.length - 1], FEWEST_STEPS)], { from: 0 });
    const tight = stickyRange(this.#numbers, extent(shown, levels.map(({ value }) => value)), { log: logY });
    const yRange = logY ? overADecade(tight) : tight;
    this.#steps = xRange;
    this.#numbers = yRange;
    const x = [...steps];
    this.course.draw((_detail, theme) => lines({
      series: [{ name: `${measure.title} of ${row.tensor}`, x, y: shown, color: theme.series[0] }],
      levels: levels.map((level) => ({ ...level, color: theme.series[1] })),
      title, theme, yTitle: measure.title, logY, xRange: [-BEFORE * xRange[1], xRange[1]], yRange,
    }));
  }
}

/** A logarithmic axis needs two powers of ten to be read. @param {Range} range @returns {Range} */
function overADecade([low, high]) {
  if (high / low > 20) return [low, high];
  const [from, to] = [Math.floor(Math.log10(low)), Math.ceil(Math.log10(high))];
  return [10 ** (from - 0.1), 10 ** (Math.max(to, from + 1) + 0.1)];
}

/** Where the thresholds are about the number itself, the stretch that is fine. */
const ABOUT_ITSELF = ["std", "saturation", "grad_data", "update_ratio"];

/** @param {Measure} measure */
export function levelsOf({ name, level, stretches }) {
  if (level) return [{ name: level.text, value: level.value }];
  if (!ABOUT_ITSELF.includes(name) || !stretches.length) return [];
  const fine = stretches.findIndex((stretch) => stretch.level === "fine");
  const bounds = [stretches[fine].from, stretches[fine + 1]?.from ?? Infinity].filter(Number.isFinite);
  return bounds.map((value) => ({ name: value === stretches[fine].from ? "fine from here up" : "fine below", value }));
}
