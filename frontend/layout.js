/**
 * How the page stands: which panels are open, of one session, of two in two columns, or what tells two apart.
 *
 * @import { PageStore } from "./compare/compare.js"
 */

import { markSide, secondColumn } from "./components/compare-column/second-column.js";
import { openPanels, PANELS } from "./lib/page/panels.js";
import { effect } from "./lib/signals.js";

/** @param {HTMLElement} page  The flow and, in `main`, the panels, which have been started. @param {PageStore} store */
export function followLayout(page, store) {
  const { choices, comparison: { active } } = store;
  const main = /** @type {HTMLElement} */ (page.querySelector("main"));
  for (const panel of main.querySelectorAll(PANELS.map(({ element }) => element).join())) markSide(panel, "A");
  const workspace = /** @type {HTMLElement} */ (main.parentElement);
  let isBuilt = false;
  let panels = choices.peek().panels;
  effect(() => {
    const layout = active.value ? choices.value.as : "single";
    if (layout === "columns" && !isBuilt) {
      main.append(...secondColumn(store));
      isBuilt = true;
    }
    main.dataset.layout = layout;
    // Other panels are seen from their beginning.
    if (panels !== choices.value.panels) workspace.scrollTop = 0;
    panels = choices.value.panels;
    page.dataset.flow = choices.value.flow;
    const open = openPanels(choices.value.panels);
    for (const panel of PANELS) {
      for (const shown of /** @type {NodeListOf<HTMLElement>} */ (main.querySelectorAll(panel.element))) {
        shown.hidden = !open.includes(panel) || (panel.alone === true && layout === "columns");
        shown.dataset.width = panel.width;
        // A closed panel has no row: an empty one would leave a gap.
        shown.style.setProperty("--row", String(open.indexOf(panel) + 2));
      }
    }
  });
}
