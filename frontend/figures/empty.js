/** @import { Figure, Theme } from "../types/plotly" */

import { layoutOf } from "./layout.js";
import { plainText } from "./text.js";

/**
 * A figure that says why there is nothing to show.
 *
 * @param {object} options
 * @param {string} options.title
 * @param {string} options.message
 * @param {Theme} options.theme
 * @returns {Figure}
 */
export function empty({ title, message, theme }) {
  const layout = layoutOf({
    title,
    summary: `${title}. ${message}`,
    theme,
    xaxis: { range: [0, 1], visible: false },
    yaxis: { range: [0, 1], visible: false },
    more: {
      annotations: [
        {
          text: lines(message).map(plainText).join("<br>"),
          ...{ x: 0.5, xref: "paper", y: 0.5, yref: "paper", showarrow: false },
          font: { color: theme.muted, size: 12 },
        },
      ],
    },
  });
  return { data: [], layout };
}

/** In lines that fit a narrow plot. @param {string} text */
const lines = (text) => text.match(/.{1,38}(?:\s|$)|\S+/g)?.map((line) => line.trim()) ?? [];
