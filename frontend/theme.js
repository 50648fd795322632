/**
 * Light, dark, or as the system has it. The choice is this browser's own.
 *
 * @import { Theme } from "./state.js"
 * @import { LivePlot } from "./components/live-plot/live-plot.js"
 * @import { ReadonlySignal } from "./lib/signals.js"
 */

import { effect } from "./lib/signals.js";

const KEY = "gradient-flow-theme";

/** @returns {Theme} */
export function savedTheme() {
  const saved = localStorage.getItem(KEY);
  return saved === "light" || saved === "dark" ? saved : "auto";
}

/** Plots hold colours as numbers: they have to be told. */
function refreshPlots() {
  for (const plot of document.querySelectorAll("live-plot")) /** @type {LivePlot} */ (plot).refresh();
}

/** @param {ReadonlySignal<Theme>} theme */
export function followTheme(theme) {
  effect(() => {
    document.documentElement.dataset.theme = theme.value;
    localStorage.setItem(KEY, theme.value);
    refreshPlots();
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", refreshPlots);
}
