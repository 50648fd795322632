/**
 * Puts the page together: the store with its server, the views, the keyboard, and what outlives a visit (the address,
 * the theme).
 *
 * @import { ShortcutHelp } from "./components/shortcut-help/shortcut-help.js"
 * @import { FrameHandlers } from "./store.js"
 */

import { createApi } from "./api.js";
import "./components/activations-panel/activations-panel.js";
import "./components/batch-norm-panel/batch-norm-panel.js";
import "./components/branch-dialog/branch-dialog.js";
import "./components/card-panel/card-panel.js";
import "./components/compare-bar/compare-bar.js";
import "./components/compare-dialog/compare-dialog.js";
import "./components/compare-difference/compare-difference.js";
import "./components/compare-losses/compare-losses.js";
import "./components/flow-graph/flow-graph.js";
import "./components/live-plot/live-plot.js";
import "./components/loss-panel/loss-panel.js";
import "./components/notice-list/notice-list.js";
import "./components/push-pull-panel/push-pull-panel.js";
import "./components/question-dialog/question-dialog.js";
import "./components/session-bar/session-bar.js";
import "./components/session-dialog/session-dialog.js";
import "./components/sessions-dialog/sessions-dialog.js";
import "./components/shortcut-help/shortcut-help.js";
import "./components/timeline-bar/timeline-bar.js";
import "./components/transport-bar/transport-bar.js";
import "./components/verification-panel/verification-panel.js";
import "./components/view-bar/view-bar.js";
import { createComparison } from "./compare.js";
import { decodeFrame } from "./frames.js";
import { followLayout } from "./layout.js";
import { readChoices, writeChoices } from "./lib/choices.js";
import { COMMANDS } from "./lib/commands.js";
import { pressed } from "./lib/shortcuts.js";
import { effect } from "./lib/signals.js";
import { View } from "./lib/view.js";
import { createStore } from "./store.js";
import { openStream, streamUrl } from "./stream.js";
import { followTheme, savedTheme } from "./theme.js";

const api = createApi();

/** @param {string} session @param {FrameHandlers} handlers */
const openFrames = (session, handlers) =>
  openStream(streamUrl(session, location), { ...handlers, frame: (blob) => handlers.frame(decodeFrame(blob)) });

const first = createStore({ api, openStream: openFrames, choices: readChoices(location.search), theme: savedTheme() });
// Where the session that was compared with is gone, no other takes its place.
const second = createStore({
  api,
  openStream: (session, handlers) => openFrames(session, { ...handlers, gone: () => store.comparison.leave() }),
});
const store = createComparison({ first, second, api });

const help = /** @type {ShortcutHelp} */ (document.querySelector("shortcut-help"));

for (const view of document.querySelectorAll(":defined")) {
  if (view instanceof View) view.start(store);
}
followLayout(/** @type {HTMLElement} */ (document.querySelector(".page")), store);
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
