/**
 * How the panels stand: those of one session, those of two in two columns, or what tells two apart.
 *
 * @import { PageStore } from "./compare.js"
 */

import { markSide, secondColumn } from "./components/compare-column/second-column.js";
import { effect } from "./lib/signals.js";

/** @param {HTMLElement} main @param {PageStore} store  Its panels have been started. */
export function followComparison(main, store) {
  const { choices, comparison: { active } } = store;
  for (const panel of main.querySelectorAll(":scope > :not(compare-difference, compare-losses)")) markSide(panel, "A");
  let isBuilt = false;
  effect(() => {
    const layout = active.value ? choices.value.as : "single";
    if (layout === "columns" && !isBuilt) {
      main.append(...secondColumn(store));
      isBuilt = true;
    }
    main.dataset.layout = layout;
  });
}
