/**
 * Every colour that stands for data. Scales come as Plotly colour scales; `lookupTable` turns one into the table that
 * the canvas paints with, so that both painters show the same colour for the same value. Blue and red have the hues of
 * ColorBrewer's RdBu (Harrower and Brewer 2003); along each half the stops are placed so that CIE lightness falls by the
 * same amount from one to the next, by as much in blue as in red, so that equal steps look equal. They and the series'
 * colours (after Okabe and Ito) are told apart by colour-blind eyes too.
 */

/** @import { ColorScale, Theme } from "../types/plotly" */

/** A scale with its colours at even distances. @param {string} colors  "#rrggbb #rrggbb …" @returns {ColorScale} */
const evenly = (colors) => colors.split(" ").map((color, i, all) => [i / (all.length - 1), color]);

/** Colours of their own for 0, a half and 1. @param {string} first @param {string} second @param {string} third @returns {ColorScale} */
const thirds = (first, second, third) => [
  [0, first],
  [1 / 3, first],
  [1 / 3, second],
  [2 / 3, second],
  [2 / 3, third],
  [1, third],
];

/** Grey, green and yellow are on no scale, to colour-blind eyes neither. */
const NOT_FINITE = thirds("#808080", "#6b8e00", "#ffe135");

/**
 * A diverging scale whose colours stand at the squares of their distances from zero: a fifth of the limit has nearly
 * half of the colour. The positions are those on the value's own linear axis, so a colour bar stays true.
 *
 * @param {ColorScale} scale
 * @returns {ColorScale}
 */
const towardsZero = (scale) =>
  scale.map(([position, color]) => {
    const distance = 2 * position - 1;
    return [0.5 + (distance * Math.abs(distance)) / 2, color];
  });

/** @typedef {Omit<Theme, "surface" | "text" | "muted" | "grid" | "accent" | "font">} Palette */

const diverging = {
  light: evenly("#053061 #185594 #367eb9 #69a9cf #abd1e5 #f7f7f7 #fabea2 #e8886b #cd5044 #a61429 #67001f"),
  dark: evenly("#b8e2ff #71baf0 #4391cc #2d699c #224462 #1e2126 #653330 #a6483d #dc6a54 #f89e80 #ffd6c2"),
};

/** In both palettes zero is near the background: what is small recedes. @type {Record<"light" | "dark", Palette>} */
export const palettes = {
  light: {
    diverging: diverging.light,
    pushes: towardsZero(diverging.light),
    sequential: evenly("#f7f7f7 #bdd6ec #7fb7db #5194c8 #2271b5 #16508f #08306b"),
    series: ["#0072b2", "#d55e00", "#009e73", "#a64d86", "#b58900", "#4c51bf", "#7a7a7a"],
    notFinite: NOT_FINITE,
    attention: "#f2b705",
  },
  dark: {
    diverging: diverging.dark,
    pushes: towardsZero(diverging.dark),
    sequential: evenly("#1e2126 #223f5f #266191 #3684bc #5da9da #97ccef #d6efff"),
    series: ["#56b4e9", "#ff9457", "#3ecfa3", "#e59acb", "#e8c547", "#a3a8ff", "#a8a8a8"],
    notFinite: NOT_FINITE,
    attention: "#ffd23f",
  },
};

/** @param {string} color  "#rrggbb" @returns {[number, number, number]} */
function channels(color) {
  const value = Number.parseInt(color.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** @param {string} color  "#rrggbb" @param {number} opacity  0 … 1 */
export const withOpacity = (color, opacity) => `rgba(${channels(color).join(", ")}, ${opacity})`;

/** So much of one colour over another. @param {string} color  "#rrggbb" @param {string} ground @param {number} share  0 … 1 */
export function blended(color, ground, share) {
  const below = channels(ground);
  const mixed = channels(color).map((channel, i) => Math.round(share * channel + (1 - share) * below[i]));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** How bright a colour is, 0 … 1 (its relative luminance, without the gamma). @param {string} color  "#rrggbb" */
export function brightness(color) {
  const [red, green, blue] = channels(color);
  return (0.2126 * red + 0.7152 * green + 0.0722 * blue) / 255;
}

/**
 * The colour scale as a table of pixels for `ImageData`, odd in length so that zero has an entry of its own.
 *
 * @param {ColorScale} scale
 * @param {number} [size]
 */
export function lookupTable(scale, size = 511) {
  const table = new Uint32Array(size);
  let stop = 1;
  for (let i = 0; i < size; i++) {
    const position = i / (size - 1);
    while (stop < scale.length - 1 && scale[stop][0] < position) stop++;
    const [start, startColor] = scale[stop - 1];
    const [end, endColor] = scale[stop];
    const part = end > start ? (position - start) / (end - start) : 1;
    const from = channels(startColor);
    const to = channels(endColor);
    const [red, green, blue] = from.map((channel, c) => Math.round(channel + part * (to[c] - channel)));
    // Little-endian, as every browser runs on: alpha, blue, green, red.
    table[i] = (255 << 24) | (blue << 16) | (green << 8) | red;
  }
  return table;
}
