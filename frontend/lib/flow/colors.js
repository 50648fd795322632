/**
 * How large a gradient is, as width and colour of an edge: the logarithm of its root mean square, in levels. The colours
 * are Inferno's (by Nathaniel Smith and Stéfan van der Walt): even in lightness, so that equal factors look equally far
 * apart, to colour-blind eyes and in grey too. What is large stands out from the ground, be that light or dark.
 */

export const LEVELS = 24;

const INFERNO = {
  light: "#f7c43d #fb9b06 #ed6925 #cf4446 #a52c60 #781c6d #4a0c6b #1b0c41".split(" "),
  dark: "#6a176e #932667 #bc3754 #dd513a #f37819 #fca50a #f6d746 #fcffa4".split(" "),
};

/** @param {string} color  "#rrggbb" */
const channels = (color) => [1, 3, 5].map((at) => Number.parseInt(color.slice(at, at + 2), 16));

/** @param {string[]} stops @param {number} position  0 … 1 */
function between(stops, position) {
  const at = position * (stops.length - 1);
  const first = Math.min(Math.floor(at), stops.length - 2);
  const [from, to] = [channels(stops[first]), channels(stops[first + 1])];
  const mixed = from.map((channel, i) => Math.round(channel + (at - first) * (to[i] - channel)));
  return `#${mixed.map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
}

/** The colour of each level, from small to large. @param {"light" | "dark"} theme */
export const levelColors = (theme) =>
  Array.from({ length: LEVELS }, (_, level) => between(INFERNO[theme], level / (LEVELS - 1)));

/** In the drawing's own units. @param {number} level */
export const levelWidth = (level) => 1.5 + (8.5 * level) / (LEVELS - 1);

/** @typedef {readonly [low: number, high: number]} Decades  Powers of ten, whole. */

/** Fewer would make much of little, more would show nothing of what matters. */
const FEWEST = 4;
const MOST = 12;
/** So many decades more than are needed stay as they are: a scale that trembles cannot be read. */
const SPARE = 2;
/** @type {Decades} */
const AT_FIRST = [-5, 0];

/**
 * The decades that the scale spans: all that it needs, and few more. It grows at once.
 * @param {Decades | null} previous @param {Iterable<number>} magnitudes  What it is to show; only what is positive and finite counts.
 * @param {boolean} mayShrink  Not while only a part of the magnitudes is known.
 * @returns {Decades}
 */
export function decadesOf(previous, magnitudes, mayShrink) {
  const powers = [...magnitudes].filter((each) => each > 0 && each < Infinity).map(Math.log10);
  if (!powers.length) return previous ?? AT_FIRST;
  const high = Math.ceil(Math.max(...powers));
  const low = Math.max(high - MOST, Math.min(high - FEWEST, Math.floor(Math.min(...powers))));
  if (!previous) return [low, high];
  const [below, above] = [Math.max(0, low - previous[0]), Math.max(0, previous[1] - high)];
  const fits = low >= previous[0] && high <= previous[1];
  if (fits && (!mayShrink || below + above <= SPARE)) return previous;
  if (mayShrink) return [low, high];
  const top = Math.max(high, previous[1]);
  return [Math.max(top - MOST, Math.min(low, previous[0])), top];
}

/** The level of a magnitude; what is beyond the scale gets its end. @param {number} magnitude  Finite. @param {Decades} decades */
export function levelOf(magnitude, [low, high]) {
  const position = (Math.log10(magnitude) - low) / (high - low);
  return Math.round(Math.min(1, Math.max(0, position)) * (LEVELS - 1));
}
