/**
 * Light, dark, high contrast, or as the system has it. The address says which; this browser remembers what was chosen
 * last, for addresses that say nothing.
 *
 * @import { Theme } from "./store/state.js"
 * @import { LivePlot } from "./components/live-plot/live-plot.js"
 * @import { ReadonlySignal } from "./lib/signals.js"
 */

import { browserMemory } from "./lib/page/browser-memory.js";
import { THEMES } from "./lib/page/choices.js";
import { effect } from "./lib/signals.js";

const KEY = "gradient-flow-theme";
/** What the system can be told to want; each changes the page's colours. */
const SYSTEM = ["(prefers-color-scheme: dark)", "(prefers-contrast: more)", "(forced-colors: active)"].map((query) => matchMedia(query));

export function savedTheme() {
  const saved = browserMemory.getItem(KEY) ?? "auto";
  return THEMES.includes(saved) ? saved : "auto";
}

/** Plots hold colours as numbers: they have to be told. */
function refreshPlots() {
  for (const plot of document.querySelectorAll("live-plot")) /** @type {LivePlot} */ (plot).refresh();
}

/** Whoever asks the system for more contrast gets it in light and dark. @param {Theme} theme */
function dress(theme) {
  const { dataset } = document.documentElement;
  dataset.theme = theme;
  dataset.contrast = theme === "contrast" || SYSTEM[1].matches ? "more" : "usual";
  refreshPlots();
}

/** @param {ReadonlySignal<Theme>} theme */
export function followTheme(theme) {
  let isOpened = false;
  effect(() => {
    dress(theme.value);
    // A link's theme is the link's, until another one is chosen.
    if (isOpened) browserMemory.setItem(KEY, theme.value);
    isOpened = true;
  });
  for (const query of SYSTEM) query.addEventListener("change", () => dress(theme.peek()));
}
