/** What moves one example's logits, as bars that pull up or push down, and what that makes of its probabilities. */

/** @import { BarTrace, Figure, Range, Theme } from "../types/plotly" */

import { axisTitle, layoutOf } from "./layout.js";
import { plainText, shortNumber } from "./text.js";

/** Room for the characters: their axis needs no title. */
const BELOW = 22;

/**
 * @typedef {object} Bars  One for each character.
 * @property {string} title
 * @property {Theme} theme
 * @property {boolean} detail
 * @property {ArrayLike<number>} values
 * @property {ArrayLike<number>} order  Which character stands in each place.
 * @property {string[]} characters
 * @property {Range} range  The axis, from the bottom to the top.
 * @property {(character: number) => string[]} describe  A bar's hover text, line by line.
 */

/** Forces; the axis stands on its head, since a negative force pulls up. @param {Bars} bars @returns {Figure} */
export function forceBars(bars) {
  const figure = barsOf(bars, { up: "pulled up", down: "pushed down", isUp: (force) => force < 0 });
  Object.assign(figure.layout.yaxis, { title: axisTitle("B · dlogits") });
  return figure;
}

/** How each probability changes. @param {Bars} bars @returns {Figure} */
export function changeBars(bars) {
  const figure = barsOf(bars, { up: "rises", down: "falls", isUp: (change) => change > 0 });
  Object.assign(figure.layout.yaxis, { title: axisTitle("Δp") });
  return figure;
}

/** @param {Bars} bars @param {{ up: string, down: string, isUp: (value: number) => boolean }} meaning @returns {Figure} */
function barsOf(bars, { up, down, isUp }) {
  const { values, order, characters, title, theme, range, detail } = bars;
  const [pull, push] = sideColors(theme);
  const data = [
    trace(bars, up, pull, isUp),
    trace(bars, down, push, (value) => !isUp(value)),
  ];
  const layout = layoutOf({
    title,
    // Numbers only at rest: in every frame other words would have Plotly draw all around the bars anew.
    summary: `${title}. One bar for each of ${order.length} characters` + (detail
      ? `: ${largest(values, characters, isUp, up)}, ${largest(values, characters, (value) => !isUp(value), down)}.` : "."),
    theme,
    xaxis: {
      range: [-0.6, order.length - 0.4],
      showgrid: false,
      tickmode: "array",
      tickvals: Array.from(order, (_, place) => place),
      ticktext: Array.from(order, (character) => plainText(characters[character])),
    },
    yaxis: { range: [...range], zeroline: true, zerolinecolor: theme.muted, tickformat: "~r", nticks: 5 },
    margin: { l: 66 },
    more: { bargap: 0, barmode: "overlay" },
  });
  layout.margin.b = BELOW;
  return { data, layout };
}

/** @param {Bars} bars @param {string} name @param {string} color @param {(value: number) => boolean} has @returns {BarTrace} */
function trace({ values, order, detail, describe }, name, color, has) {
  return {
    type: "bar",
    name,
    x: Float64Array.from(order, (_, place) => place),
    y: Float64Array.from(order, (character) => (has(values[character]) ? values[character] : 0)),
    width: 0.8,
    marker: { color, line: { width: 0 } },
    ...(detail && {
      customdata: Array.from(order, (character) => describe(character).map(plainText).join("<br>")),
      hovertemplate: "%{customdata}<extra></extra>",
    }),
  };
}

/** The colours of what is pulled up and what is pushed down, as in a heat map of gradients. @param {Theme} theme */
export const sideColors = ({ diverging }) => [diverging[1][1], diverging[diverging.length - 2][1]];

/** @param {ArrayLike<number>} values @param {string[]} characters @param {(value: number) => boolean} has @param {string} name */
function largest(values, characters, has, name) {
  const found = Array.from(values, (value, character) => ({ value, character })).filter(({ value }) => has(value) && value);
  if (!found.length) return `none ${name}`;
  const most = found.reduce((a, b) => (Math.abs(b.value) > Math.abs(a.value) ? b : a));
  return `most ${name} is ${characters[most.character]} (${shortNumber(most.value)})`;
}
