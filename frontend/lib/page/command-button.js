/**
 * @import { Store } from "../../store/store.js"
 * @import { Command } from "./commands.js"
 */

import { element } from "../dom.js";
import { COMMANDS } from "./commands.js";
import { hint } from "./shortcuts.js";

/** The button of a command; `data-action` names it. @param {string} name @param {Store} store */
export function commandButton(name, store) {
  const { text, perform } = COMMANDS[name];
  return element("button", { type: "button", "data-action": name, onclick: () => perform(store) }, text);
}

/**
 * Enables or disables it; the tooltip says what it does and by which key, or why it cannot. Reads signals.
 * @param {HTMLButtonElement} button @param {Command} command @param {Store} store
 */
export function updateButton(button, command, store) {
  const reason = command.blocked(store);
  button.disabled = reason !== null;
  const title = reason ?? command.says + hint(button.dataset.action ?? "");
  if (button.title !== title) button.title = title;
}
