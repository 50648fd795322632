/**
 * Puts the page together: the store with its server, the views, the keyboard, and what outlives a visit (the address,
 * the theme).
 *
 * @import { ShortcutHelp } from "./components/shortcut-help/shortcut-help.js"
 */

import { createApi } from "./api.js";
import "./components/activations-panel/activations-panel.js";
import "./components/batch-norm-panel/batch-norm-panel.js";
import "./components/inspector-panel/inspector-panel.js";
import "./components/live-plot/live-plot.js";
import "./components/loss-panel/loss-panel.js";
import "./components/notice-list/notice-list.js";
import "./components/push-pull-panel/push-pull-panel.js";
import "./components/session-bar/session-bar.js";
import "./components/session-dialog/session-dialog.js";
import "./components/shortcut-help/shortcut-help.js";
import "./components/transport-bar/transport-bar.js";
import "./components/verification-panel/verification-panel.js";
import { decodeFrame } from "./frames.js";
import { readChoices, writeChoices } from "./lib/choices.js";
import { COMMANDS } from "./lib/commands.js";
import { pressed } from "./lib/shortcuts.js";
import { effect } from "./lib/signals.js";
import { View } from "./lib/view.js";
import { createStore } from "./store.js";
import { openStream, streamUrl } from "./stream.js";
import { followTheme, savedTheme } from "./theme.js";

const store = createStore({
  api: createApi(),
  openStream: (session, handlers) =>
    openStream(streamUrl(session, location), { ...handlers, frame: (blob) => handlers.frame(decodeFrame(blob)) }),
  choices: readChoices(location.search),
  theme: savedTheme(),
});

const help = /** @type {ShortcutHelp} */ (document.querySelector("shortcut-help"));

for (const view of document.querySelectorAll(":defined")) {
  if (view instanceof View) view.start(store);
}
followTheme(store.theme);
effect(() => history.replaceState(null, "", location.pathname + writeChoices(store.choices.value)));

/** @param {string} name */
function perform(name) {
  if (name === "help") return help.toggle();
  const command = COMMANDS[name === "toggle" ? (store.running.peek() ? "pause" : "run") : name];
  if (command.blocked(store) === null) command.perform(store);
}

document.addEventListener("help", () => help.toggle());
document.addEventListener("keydown", (event) => {
  const shortcut = pressed(event);
  const dialog = document.querySelector("dialog:modal");
  // Nothing of the page behind a dialog is within reach; the key that opened the help closes it.
  if (!shortcut || (dialog && !(shortcut.action === "help" && help.contains(dialog)))) return;
  event.preventDefault();
  if (!(shortcut.once && event.repeat)) perform(shortcut.action);
});

store.actions.start();
