/** @import { Theme } from "../../types/plotly" */

import { brightness, palettes } from "../../lib/colors.js";

/** The page's custom properties that figures use, and what stands in for a missing one. */
const properties = {
  surface: "#ffffff",
  text: "#1f2328",
  muted: "#57606a",
  grid: "#e4e7eb",
  accent: "#0969da",
};
const FONT = "system-ui, sans-serif";

/**
 * The colours in force where `element` stands, as "#rrggbb" whatever syntax the style sheet has them in: Plotly does not
 * know them all.
 *
 * @param {Element} element
 * @returns {Theme}
 */
export function readTheme(element) {
  const probe = document.createElement("span");
  element.append(probe);
  const pixel = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  if (!pixel) throw new Error("This browser has no 2-D canvas.");

  /** @param {string} color */
  const hex = (color) => {
    pixel.fillStyle = color;
    pixel.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pixel.getImageData(0, 0, 1, 1).data;
    return `#${[red, green, blue].map((channel) => channel.toString(16).padStart(2, "0")).join("")}`;
  };

  const colors = Object.entries(properties).map(([name, fallback]) => {
    probe.style.color = `var(--${name}, ${fallback})`;
    return [name, hex(getComputedStyle(probe).color)];
  });
  const font = getComputedStyle(probe).getPropertyValue("--font").trim() || FONT;
  probe.remove();
  const { surface, text, muted, grid, accent } = Object.fromEntries(colors);
  return { surface, text, muted, grid, accent, font, ...palettes[brightness(surface) < 0.5 ? "dark" : "light"] };
}
