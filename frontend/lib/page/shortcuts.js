/**
 * All that the keyboard does, in one table: the key as `KeyboardEvent.key` has it, how it is written, what it does.
 *
 * @typedef {object} Shortcut
 * @property {string[]} keys
 * @property {boolean} [shift]  Only with (true) or only without (false) the shift key; where absent, either.
 * @property {string} written
 * @property {boolean} [once]  A key held down does it only once.
 * @property {string} action  The `data-action` of the button that does the same.
 * @property {string} says
 */

import { VIEWS } from "./panels.js";

/** @type {Shortcut[]} */
export const SHORTCUTS = [
  { keys: [" "], written: "space", action: "toggle", once: true, says: "run, or pause" },
  { keys: ["ArrowLeft"], shift: false, written: "←", action: "op-back", says: "one op back" },
  { keys: ["ArrowRight"], shift: false, written: "→", action: "op-forward", says: "one op forward" },
  { keys: ["ArrowLeft"], shift: true, written: "shift ←", action: "pass-back", says: "to the pass's beginning" },
  { keys: ["ArrowRight"], shift: true, written: "shift →", action: "pass-forward", says: "to the pass's end" },
  { keys: ["Enter", "s"], written: "↵ or s", action: "step", says: "one training step" },
  { keys: ["Backspace", "a"], written: "⌫ or a", action: "step-back", says: "one training step back" },
  { keys: ["Escape"], written: "esc", action: "unpin", once: true, says: "let go of the pinned cell" },
  { keys: ["v"], written: "v", action: "verify", once: true, says: "verify against autograd" },
  { keys: ["j"], written: "j", action: "example-after", says: "the next example of the minibatch" },
  { keys: ["k"], written: "k", action: "example-before", says: "the example before it" },
  ...VIEWS.map(({ name, text }, i) => (
    { keys: [String(i + 1)], written: String(i + 1), action: `view-${name}`, once: true, says: `the view “${text}”` })),
  { keys: ["f"], written: "f", action: "flow", once: true, says: "show or hide the flow" },
  { keys: ["l"], written: "l", action: "copy-link", once: true, says: "copy a link to what is on show" },
  { keys: ["c"], written: "c", action: "copy-as", once: true, says: "copy an action as Python or curl" },
  { keys: ["?"], written: "?", action: "help", once: true, says: "show or hide this list" },
];

/** @param {{ key: string, shiftKey: boolean }} pressed */
export function shortcutFor({ key, shiftKey }) {
  return SHORTCUTS.find(({ keys, shift }) => keys.includes(key) && (shift === undefined || shift === shiftKey)) ?? null;
}

/** How the shortcut of an action is written, in brackets, or nothing. @param {string} action */
export function hint(action) {
  const found = SHORTCUTS.find((shortcut) => shortcut.action === action);
  return found ? ` [${found.written}]` : "";
}

/** Elements that use the keys themselves. */
const OWN_KEYS = "input:not([type=checkbox], [type=range]), select, textarea, [role=listbox]";
/** Arrows belong to these. */
const SLIDER = "input[type=range], [role=slider]";
/** Enter and space belong to these. */
const PRESSABLE = "button, a, summary, input[type=checkbox]";

/**
 * What a key press means on this page, or null: it belongs to the element that has the focus, or to the browser.
 * @param {KeyboardEvent} event
 */
export function pressed(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || !(event.target instanceof Element)) return null;
  if (event.target.closest(OWN_KEYS)) return null;
  if (event.key.startsWith("Arrow") && event.target.closest(SLIDER)) return null;
  if ((event.key === " " || event.key === "Enter") && event.target.closest(PRESSABLE)) return null;
  return shortcutFor(event);
}
