/**
 * The page's address: all that is chosen, and where the session rests, so that a copied link shows the same.
 *
 * @import { Shown } from "./lib/page/link.js"
 */

import { readChoices } from "./lib/page/choices.js";
import { withEmbedded } from "./lib/page/embed.js";
import { searchOf } from "./lib/page/link.js";
import { effect } from "./lib/signals.js";

/** Browsers refuse to hear of a new address more often than some times a second. */
const PAUSE = 150;
/** Chromium lays the page out to take an address: what a click or key has changed is seen first. */
const SEEN_FIRST = 50;

/**
 * What the address asks for. Where the session stands counts for whoever opens a link; on a reload it has gone on.
 * @param {string} search @param {{ fresh: boolean, theme: string }} visit  The theme is this browser's own.
 */
export function choicesAt(search, { fresh, theme }) {
  const { at, ...choices } = readChoices(search);
  const chosen = new URLSearchParams(search).has("theme") ? choices.theme : theme;
  return withEmbedded({ ...choices, theme: chosen, at: fresh ? at : "" });
}

/** Whether a person came here by a link, and not by the reload or back button. */
export const isFresh = () =>
  /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"))[0]?.type === "navigate";

/** Keeps the address up to date, and not more often than browsers take it. @param {Shown} shown */
export function followAddress(shown) {
  let search = location.search;
  let written = -Infinity;
  let timer = 0;

  function write() {
    clearTimeout(timer);
    timer = 0;
    written = performance.now();
    if (search !== location.search) history.replaceState(null, "", location.pathname + search);
  }

  effect(() => {
    search = searchOf(shown);
    timer ||= window.setTimeout(write, Math.max(SEEN_FIRST, written + PAUSE - performance.now()));
  });
  // A reload, or a click on a link, may come before the next time.
  addEventListener("pagehide", write);
}
