/** @import { Figure, ScatterTrace, Theme } from "../types/plotly" */
/** @import { Units } from "../lib/health/units.js" */

import { SATURATED } from "../lib/health/saturation.js";
import { heatmap } from "./heatmap.js";
import { shortNumber } from "./text.js";

/** So far above the first example the dead units are marked, in rows; the axis makes room for it. */
const MARK_AT = 0.05;
const MARK_ROOM = 0.09;

/** What the colours can show of h. @type {Record<string, { text: string, valueTitle: string, scale: "sequential" | "diverging", of: (h: number) => number }>} */
export const SHOWN = {
  saturated: {
    text: `saturated: |h| > ${SATURATED}`, valueTitle: "saturated: 1, not: 0", scale: "sequential",
    of: (h) => (Number.isFinite(h) ? Number(Math.abs(h) > SATURATED) : h),
  },
  slope: { text: "gradient that passes: 1 − h²", valueTitle: "1 − h²", scale: "sequential", of: (h) => 1 - h * h },
  value: { text: "value: h", valueTitle: "h", scale: "diverging", of: (h) => h },
};

/**
 * Which unit is saturated for which example: examples down, units along, in the order that they are given in.
 *
 * @param {object} options
 * @param {Units} options.units
 * @param {number[]} options.order  the units' numbers
 * @param {Float32Array} options.values  h, example by example
 * @param {keyof typeof SHOWN} options.shown
 * @param {string[]} options.examples  what each example is
 * @param {string} options.title
 * @param {Theme} options.theme
 * @param {boolean} options.detail
 * @returns {Figure}
 */
export function unitMap({ units, order, values, shown, examples, title, theme, detail }) {
  const rows = examples.length;
  const columns = order.length;
  const { of, valueTitle, scale } = SHOWN[shown];
  const cells = new Float32Array(values.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) cells[row * columns + column] = of(values[row * columns + order[column]]);
  }
  const figure = heatmap({
    values: cells, rows, columns, title, theme, detail, scale, valueTitle, limit: 1,
    rowTitle: "example in the batch", columnTitle: "hidden unit", columnLabels: order.map(String),
    describe: (row, column) => {
      const unit = order[column];
      const h = values[row * columns + unit];
      return [
        `unit ${unit}, saturated for ${units.saturated[unit]} of ${rows}`, `example ${row}: ${examples[row]}`,
        `h ${shortNumber(h, 5)}`, `lets ${shortNumber(100 * (1 - h * h), 3)} % of the gradient through`,
      ];
    },
  });
  const dead = order.flatMap((unit, place) => (units.saturated[unit] === rows ? [place] : []));
  if (!dead.length) return figure;
  const [bottom] = figure.layout.yaxis.range;
  figure.layout.yaxis = { ...figure.layout.yaxis, range: [bottom, -0.5 - MARK_ROOM * rows] };
  return { data: [...figure.data, marks(dead, -0.5 - MARK_AT * rows, theme)], layout: figure.layout };
}

/** @param {number[]} places @param {number} row @param {Theme} theme @returns {ScatterTrace} */
const marks = (places, row, theme) => ({
  type: "scatter",
  mode: "markers",
  name: "dead",
  x: places,
  y: places.map(() => row),
  marker: { color: theme.accent, size: 7, symbol: "square", line: { width: 0 } },
  showlegend: false,
  hovertemplate: "dead: saturated for every example<extra></extra>",
});
