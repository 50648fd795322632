/** What all figures have in common: where title, axes and legend stand, and which theme colour each of them takes. */

/** @import { Axis, Layout, Theme } from "../types/plotly" */

import { withOpacity } from "../lib/colors.js";
import { plainText } from "./text.js";

/**
 * @param {object} parts
 * @param {string} parts.title
 * @param {string} parts.summary  for screen readers
 * @param {Theme} parts.theme
 * @param {Axis} parts.xaxis
 * @param {Axis} parts.yaxis
 * @param {{ l?: number, r?: number }} [parts.margin]
 * @param {boolean} [parts.legend]
 * @param {Record<string, unknown>} [parts.more]  what only this kind of figure sets
 * @returns {Layout}
 */
export function layoutOf({ title, summary, theme, xaxis, yaxis, margin = {}, legend = false, more = {} }) {
  return {
    title: {
      text: plainText(title),
      font: { size: 14, color: theme.text },
      ...{ x: 0, xref: "container", xanchor: "left", y: 1, yref: "container", yanchor: "top", pad: { l: 10, t: 9 } },
    },
    meta: { summary },
    // A zoom stays as long as the figure shows the same thing.
    uirevision: title,
    // Fixed margins: the plot area must not move with the length of a label, nor be laid out twice to find out.
    margin: { l: 52, r: 14, b: 42, ...margin, t: 34, autoexpand: false },
    font: { family: theme.font, size: 12, color: theme.muted },
    paper_bgcolor: theme.surface,
    plot_bgcolor: theme.surface,
    xaxis: { ...axisStyle(theme), ...xaxis },
    yaxis: { ...axisStyle(theme), ...yaxis },
    showlegend: legend,
    // Inside the plot area: above it, many or long names would run into the title.
    legend: {
      ...{ x: 1, xanchor: "right", y: 1, yanchor: "top", maxheight: 0.6 },
      bgcolor: withOpacity(theme.surface, 0.75),
      font: { size: 12, color: theme.text },
    },
    hovermode: "closest",
    hoverlabel: { bgcolor: theme.surface, bordercolor: theme.muted, font: { color: theme.text, family: theme.font } },
    modebar: { bgcolor: theme.surface, color: theme.muted, activecolor: theme.accent },
    ...more,
  };
}

/** @param {string} text */
export const axisTitle = (text) => ({ text: plainText(text), standoff: 6 });

/** @param {Theme} theme */
const axisStyle = (theme) => ({
  gridcolor: theme.grid,
  linecolor: theme.grid,
  showline: true,
  mirror: true,
  zeroline: false,
  ticks: "outside",
  ticklen: 3,
  tickcolor: theme.grid,
  tickangle: 0,
  exponentformat: "e",
  ticklabeloverflow: "allow",
});
