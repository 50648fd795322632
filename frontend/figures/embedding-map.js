/** @import { Figure, Range, ScatterTrace, Theme } from "../types/plotly" */
/** @import { Kind } from "../lib/forces/letters.js" */

import { withOpacity } from "../lib/colors.js";
import { visible } from "../lib/forces/letters.js";
import { axisTitle, layoutOf } from "./layout.js";
import { plainText } from "./text.js";

/**
 * @typedef {object} Place  One character on the map.
 * @property {string} character
 * @property {Kind} kind
 * @property {number} share  How frequent it is, as a share of the most frequent.
 * @property {number} x
 * @property {number} y
 *
 * @typedef {object} Arrows  Where each character's arrow ends, in order of the places.
 * @property {string} name  What an arrow and its length mean.
 * @property {Float64Array} x
 * @property {Float64Array} y
 */

/** An arrow's head, as a share of its length, and how far it opens. */
const HEAD = { length: 0.3, opening: 0.5 };
/** The most frequent character's disc, in pixels; all discs' areas are as their characters are frequent. */
const WIDEST = 44;
/** More characters than that are written small. */
const MANY = 60;

/** @param {Theme} theme @returns {Record<Kind, { name: string, color: string }>} */
const kindsOf = (theme) => ({
  vowel: { name: "vowels", color: theme.series[1] },
  other: { name: "others", color: theme.series[0] },
  end: { name: "[.] start and end", color: theme.muted },
});

/**
 * Characters as points of a plane, with an arrow from each. Both axes have one scale, so that distances are true.
 *
 * @param {object} options
 * @param {Place[]} options.places
 * @param {Arrows | null} options.arrows
 * @param {string[][] | null} options.hover  What is said of each place, line by line, where somebody may point at it.
 * @param {string} options.title
 * @param {[string, string]} options.axes
 * @param {[Range, Range]} options.ranges
 * @param {Theme} options.theme
 * @returns {Figure}
 */
export function embeddingMap({ places, arrows, hover, title, axes, ranges, theme }) {
  const groups = Object.entries(kindsOf(theme)).map(([kind, { name, color }]) => (
    { name, color, members: places.flatMap((place, i) => (place.kind === kind ? [i] : [])) }
  )).filter(({ members }) => members.length);
  const texts = groups.map((group) => textTrace(group, places, hover, theme));
  const discs = groups.map((group) => discTrace(group, places));
  const layout = layoutOf({
    title,
    summary: `${title}. ${texts.map(({ name, x }) => `${name}: ${x.length}`).join(", ")}. Axes: ${axes.join(", ")}.`
      + (arrows ? ` An arrow from each: ${arrows.name}.` : ""),
    theme,
    xaxis: { title: axisTitle(axes[0]), range: [...ranges[0]], zeroline: true, zerolinecolor: theme.grid },
    yaxis: { title: axisTitle(axes[1]), range: [...ranges[1]], zeroline: true, zerolinecolor: theme.grid, scaleanchor: "x" },
    legend: true,
  });
  return { data: [...discs, ...(arrows ? [arrowTrace(arrows, places, theme)] : []), ...texts], layout };
}

/** @typedef {{ name: string, color: string, members: number[] }} Group */

/** How frequent each is, behind its letter. @param {Group} group @param {Place[]} places @returns {ScatterTrace} */
const discTrace = ({ name, color, members }, places) => ({
  type: "scatter",
  mode: "markers",
  name: `${name}: how frequent`,
  x: members.map((i) => places[i].x),
  y: members.map((i) => places[i].y),
  // Plotly makes marks of many sizes translucent by itself.
  marker: {
    color: withOpacity(color, 0.2), size: members.map((i) => WIDEST * Math.sqrt(places[i].share)), opacity: 1, line: { width: 0 },
  },
  showlegend: false,
  hoverinfo: "skip",
});

/**
 * @param {Group} group @param {Place[]} places @param {string[][] | null} hover
 * @param {Theme} theme @returns {ScatterTrace}
 */
const textTrace = ({ name, color, members }, places, hover, theme) => ({
  type: "scatter",
  mode: "text",
  name,
  x: members.map((i) => places[i].x),
  y: members.map((i) => places[i].y),
  text: members.map((i) => plainText(labelOf(places[i]))),
  textfont: { size: places.length > MANY ? 12 : 16, color, family: theme.font },
  ...(hover
    ? { hovertext: members.map((i) => hover[i].map(plainText).join("<br>")), hovertemplate: "%{hovertext}<extra></extra>" }
    : { hoverinfo: "skip" }),
});

/** A full stop alone is hardly seen. @param {Place} place */
const labelOf = ({ character, kind }) => (kind === "end" ? `[${character}]` : visible(character));

/** One line with gaps: along each arrow, and over its head. @param {Arrows} arrows @param {Place[]} places @param {Theme} theme @returns {ScatterTrace} */
function arrowTrace({ name, x, y }, places, theme) {
  /** @type {(number | null)[]} */
  const alongX = [];
  /** @type {(number | null)[]} */
  const alongY = [];
  places.forEach((from, i) => {
    const [dx, dy] = [HEAD.length * (x[i] - from.x), HEAD.length * (y[i] - from.y)];
    const side = HEAD.opening;
    alongX.push(from.x, x[i], x[i] - dx + side * dy, null, x[i], x[i] - dx - side * dy, null);
    alongY.push(from.y, y[i], y[i] - dy - side * dx, null, y[i], y[i] - dy + side * dx, null);
  });
  return {
    type: "scatter", mode: "lines", name: plainText(name), x: alongX, y: alongY,
    line: { color: theme.series[2], width: 1.5 }, hoverinfo: "skip",
  };
}
