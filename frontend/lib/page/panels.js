/**
 * The panels there are, and the views: which of them stand together to answer one question.
 *
 * @typedef {object} PanelEntry
 * @property {string} name  In the page's address.
 * @property {string} element  The custom element's name.
 * @property {string} title  As the menu has it.
 * @property {"half" | "whole"} width  Of the workspace, where it has room for two.
 * @property {boolean} [alone]  Two sessions that are compared do not have one each.
 *
 * @typedef {object} PanelView
 * @property {string} name
 * @property {string} text  On its tab.
 * @property {string} says  The question that it answers.
 * @property {string[]} panels
 */

/** In the order in which they stand on the page. @type {PanelEntry[]} */
export const PANELS = [
  { name: "forces", element: "push-pull-panel", title: "Push and pull", width: "half" },
  { name: "example", element: "example-panel", title: "One example", width: "half" },
  { name: "loss", element: "loss-panel", title: "Loss", width: "half", alone: true },
  { name: "evaluation", element: "evaluation-panel", title: "Evaluation", width: "half" },
  { name: "words", element: "words-panel", title: "Words", width: "half" },
  { name: "embedding", element: "embedding-panel", title: "Embedding", width: "half" },
  { name: "card", element: "card-panel", title: "Tensor", width: "whole" },
  { name: "verification", element: "verification-panel", title: "Verification", width: "whole" },
  { name: "laboratory", element: "laboratory-panel", title: "Laboratory", width: "whole", alone: true },
  { name: "hunt", element: "hunt-panel", title: "Find the bug", width: "whole", alone: true },
  { name: "surgery", element: "surgery-panel", title: "Surgery", width: "whole", alone: true },
  { name: "outliers", element: "outliers-panel", title: "Outliers", width: "whole", alone: true },
  { name: "health", element: "health-panel", title: "Health", width: "whole" },
  { name: "units", element: "units-panel", title: "Units", width: "whole" },
  { name: "activations", element: "activations-panel", title: "Activations", width: "whole" },
  { name: "paths", element: "norm-paths-panel", title: "Batch norm’s paths", width: "whole" },
  { name: "norm", element: "batch-norm-panel", title: "Batch norm", width: "whole" },
];

/** @type {PanelView[]} */
export const VIEWS = [
  { name: "forces", text: "Forces", says: "How does the loss pull at each logit?", panels: ["forces", "example"] },
  { name: "tensor", text: "Tensor", says: "What is this tensor, and how does its gradient come about?", panels: ["card"] },
  { name: "norm", text: "Batch norm", says: "What does batch norm do to values and gradients?", panels: ["paths", "norm"] },
  { name: "health", text: "Health", says: "Does every layer learn?", panels: ["health", "units", "activations"] },
  { name: "learning", text: "Learning", says: "What has it learnt?", panels: ["loss", "evaluation", "words", "embedding"] },
  { name: "proof", text: "Verification", says: "Are all gradients right?", panels: ["verification"] },
  { name: "laboratory", text: "Laboratory", says: "What if the backward pass has a bug?", panels: ["laboratory", "hunt", "surgery", "outliers"] },
];

/** Whether this names panels, as the address has them. @param {string} list */
export const arePanels = (list) => list.split(",").every((name) => PANELS.some((panel) => panel.name === name));

/** The open panels, in the page's order. @param {string} list  As the address has them. */
export const openPanels = (list) => PANELS.filter(({ name }) => list.split(",").includes(name));

/** The view that consists of these panels, or null. @param {string} list  As the address has them. */
export function viewOf(list) {
  const open = list.split(",").sort().join();
  return VIEWS.find(({ panels }) => [...panels].sort().join() === open) ?? null;
}

/** The list with a panel in it: in place of a view, or beside panels that somebody has put together. @param {string} list @param {string} name */
export function withPanel(list, name) {
  if (list.split(",").includes(name)) return list;
  return viewOf(list) ? name : togglePanel(list, name);
}

/** The list with one panel more or one less; the last one stays. @param {string} list @param {string} name */
export function togglePanel(list, name) {
  const open = new Set(list.split(","));
  if (!open.delete(name)) open.add(name);
  return open.size ? PANELS.filter((panel) => open.has(panel.name)).map((panel) => panel.name).join() : list;
}
