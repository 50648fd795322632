/** @import { Figure, ScatterTrace, Theme } from "../types/plotly" */

import { layoutOf } from "./layout.js";

/**
 * One number, in figures: of a single cell's colour nobody could tell how large it is.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.text  the number as it is to be read
 * @param {Theme} options.theme
 * @param {boolean} options.detail
 * @returns {Figure}
 */
export function scalar({ title, text, theme, detail }) {
  const layout = layoutOf({
    title,
    // While it moves the number is data, which the layout must not change with.
    summary: detail ? `${title}: ${text}.` : `${title}.`,
    theme,
    xaxis: { range: [0, 1], visible: false },
    yaxis: { range: [0, 1], visible: false },
  });
  /** @type {ScatterTrace} As data, so that the canvas can write it while it moves. */
  const trace = {
    type: "scatter",
    mode: "text",
    name: title,
    ...{ x: [0.5], y: [0.5], text: [text] },
    textfont: { size: 34, color: theme.text, family: theme.font },
    hoverinfo: "skip",
  };
  return { data: [trace], layout };
}
